import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { PersistenceError } from 'nestjs-persistence';
import { AppModule } from './app.module';
import { configureApp } from './configure-app';
import { AppLogger } from './startup/app-logger';
import { addressOf, demandPort, listenError } from './startup/listen';
import { readSettings } from './startup/settings';
import { StartError } from './startup/start-error';

async function start(): Promise<void> {
  const { host, port } = readSettings(process.env);
  await demandPort(port, host);
  const app = await NestFactory.create<NestExpressApplication>(AppModule, {
    abortOnError: false,
    logger: new AppLogger(),
  });
  app.enableShutdownHooks();
  configureApp(app);
  try {
    await app.listen(port, host);
  } catch (error) {
    // The database is open by now: give it back properly before the process ends.
    await app.close();
    throw listenError(error, port, host);
  }
  console.log(`Listening on ${addressOf(app.getHttpServer(), host)}`);
}

start().catch((error: unknown) => {
  const known = error instanceof PersistenceError || error instanceof StartError;
  console.error(known ? error.toString() : error);
  // Nothing is left to do, but a half-started app may hold timers or connections that keep the process alive.
  process.exit(1);
});
