import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AppModule } from './app.module';
import { DatabaseRefusedFilter } from './database-refused.filter';

@Module({
  imports: [AppModule],
  providers: [{ provide: APP_FILTER, useClass: DatabaseRefusedFilter }],
})
export class RefusingModule {}
