// An app whose start fails when a database of it is open (FAIL=hook, FAIL=second), or else a script that does not close it.
// Neither calls process.exit().
import 'reflect-metadata';
import { Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule, SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';

const { FAIL = '' } = process.env;

@Module({
  imports: [
    PersistenceModule.forRoot(),
    TypeOrmModule.forRootAsync(PersistenceModule.typeOrm()),
    ...(FAIL === 'second' ? [PersistenceModule.forRoot({ name: 'second' })] : []),
  ],
})
class App implements OnModuleInit {
  onModuleInit(): void {
    if (FAIL === 'hook') throw new Error('the cache is away');
  }
}

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(App, { abortOnError: false });
  await app.get(DataSource).query('CREATE TABLE IF NOT EXISTS t (a)');
  await app.get(DataSource).query('INSERT INTO t VALUES (1)');
  console.log(`role ${app.get(SyncService).status().role}`);
}

main().catch((error: unknown) => {
  console.error(String(error));
  process.exitCode = 1;
});
