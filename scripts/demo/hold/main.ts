// The app of the chapter "hold the store" (hold.mjs): HOLD_FRAMEWORK is express or fastify, HOLD_TRANSACTION=yes puts a
// transaction around every request. Where PERSISTENCE_DURABILITY is not "confirmed" its controller is @Durable().
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Durable } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { HoldModule } from './hold.module';
import { ItemsController } from './items.controller';
import { TeapotFilter } from './teapot.filter';
import { TransactionInterceptor } from './transaction.interceptor';

const { HOLD_FRAMEWORK, HOLD_TRANSACTION, PERSISTENCE_DURABILITY } = process.env;

async function start(): Promise<void> {
  if (PERSISTENCE_DURABILITY !== 'confirmed') Durable()(ItemsController);
  const adapter = HOLD_FRAMEWORK === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  const app = await NestFactory.create(HoldModule, adapter, {
    abortOnError: false,
    logger: ['error'],
  });
  app.enableShutdownHooks();
  app.useGlobalFilters(new TeapotFilter(app.get(HttpAdapterHost)));
  if (HOLD_TRANSACTION === 'yes') {
    app.useGlobalInterceptors(new TransactionInterceptor(app.get(DataSource)));
  }
  await app.listen(0, '127.0.0.1');
  console.log(`Listening on ${await app.getUrl()}`);
}

start().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
