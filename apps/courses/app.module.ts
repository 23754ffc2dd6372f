import { Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule } from 'nestjs-persistence';
import { AdminModule } from './admin/admin.module';
import { CatalogueModule } from './catalogue/catalogue.module';
import { CoursesModule } from './courses/courses.module';
import { database } from './database';
import { HealthModule } from './health/health.module';
import { HomeModule } from './home/home.module';
import { LearningModule } from './learning/learning.module';
import { coursesSettings } from './startup/settings';
import { UsersModule } from './users/users.module';

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true, load: [coursesSettings] }),
    PersistenceModule.forRoot(),
    TypeOrmModule.forRootAsync(PersistenceModule.typeOrm(database)),
    UsersModule,
    CoursesModule,
    LearningModule,
    CatalogueModule,
    HealthModule,
    HomeModule,
    AdminModule.register(),
  ],
})
export class AppModule {}
