import { Module } from '@nestjs/common';
import { CatalogueModule } from '../catalogue/catalogue.module';
import { HomeController } from './home.controller';
import { PlatformCounts } from './platform-counts';

@Module({
  imports: [CatalogueModule],
  controllers: [HomeController],
  providers: [PlatformCounts],
})
export class HomeModule {}
