import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { CatalogueModule } from '../catalogue/catalogue.module';
import { CatalogueHealthIndicator } from './catalogue-health.indicator';
import { HealthController } from './health.controller';

@Module({
  imports: [TerminusModule, CatalogueModule],
  controllers: [HealthController],
  providers: [CatalogueHealthIndicator],
})
export class HealthModule {}
