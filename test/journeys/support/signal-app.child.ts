// An app without enableShutdownHooks(), or with them (HOOKS=after: enabled once it runs), that says what happens to it.
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule, SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';

@Module({
  imports: [
    PersistenceModule.forRoot({ drainOnSignal: process.env.DRAIN !== 'off' }),
    TypeOrmModule.forRootAsync(PersistenceModule.typeOrm()),
  ],
})
class App {}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(App);
  if (process.env.HOOKS === 'after') app.enableShutdownHooks();
  const dataSource = app.get(DataSource);
  await dataSource.query('CREATE TABLE t (a)');
  await app.get(SyncService).flush();
  await dataSource.query('INSERT INTO t VALUES (1)');
  // Stands for a server: nothing of ours keeps a process alive.
  setInterval(() => {}, 60_000);
  console.log('written');
}

void main();
