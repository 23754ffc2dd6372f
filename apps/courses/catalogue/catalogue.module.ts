import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { CoursesModule } from '../courses/courses.module';
import { CatalogueLoad } from './catalogue-load.entity';
import { CatalogueLoader } from './catalogue-loader';

@Module({
  imports: [TypeOrmModule.forFeature([CatalogueLoad]), CoursesModule],
  providers: [CatalogueLoader],
  exports: [CatalogueLoader],
})
export class CatalogueModule {}
