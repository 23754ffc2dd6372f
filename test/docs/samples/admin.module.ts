import { Module } from '@nestjs/common';
import { PersistenceAdminModule } from 'nestjs-persistence/admin';
import { AppModule } from './app.module';

@Module({
  imports: [
    AppModule,
    PersistenceAdminModule.forRoot({ token: process.env.PERSISTENCE_ADMIN_TOKEN }),
  ],
})
export class AdministeredModule {}
