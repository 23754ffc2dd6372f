// An app whose store is held until the app begins to close.
import 'reflect-metadata';
import { GateApp, type Platform } from './gate-app';
import { until } from './until';

async function main(): Promise<void> {
  const app = await GateApp.listen(process.env['PLATFORM'] as Platform);
  app.app.enableShutdownHooks();
  await app.hold();
  console.log(`listening ${app.port}`);
  await until('an answer waits', () => app.waiting > 0);
  console.log('held');
  await until('the app closes', () => app.gate.closing);
  app.store.release();
}

void main();
