import type { GateApp } from './gate-app';
import { turns, until } from './until';
import { requestText } from './wire';

/** What a gate must do above all: the names of the checks that this one fails. */
export async function failedChecks(app: GateApp): Promise<string[]> {
  const failed: string[] = [];
  const check = (name: string, ok: boolean) => {
    if (!ok) failed.push(name);
  };
  check('an answer waits for the store', await waits(app, 'POST', '/json'));
  check('a stream waits for the store', await waits(app, 'GET', '/file'));
  check('a refusal waits for the store', await waits(app, 'GET', '/conflict'));
  check('an answer of a transaction waits for its end', await waitsForTransaction(app));
  check('an answer of a rolled back transaction is not sent', await refusesRolledBack(app));
  return failed;
}

async function waits(app: GateApp, method: string, path: string): Promise<boolean> {
  await app.hold();
  const wire = app.dial(requestText(method, path));
  await until('something happens', () => app.waiting > 0 || wire.bytes > 0);
  await app.settle();
  const early = wire.bytes;
  app.store.release();
  await until('the answer', () => wire.bytes > 0);
  wire.close();
  return early === 0;
}

async function waitsForTransaction(app: GateApp): Promise<boolean> {
  let end = () => {};
  app.work.gate = new Promise((resolve) => (end = resolve));
  const flushes = app.flushes;
  const wire = app.dial(requestText('GET', '/tx-commit'));
  await until('the transaction is open', () => app.life.connections.transactionAgeMs() !== null);
  await app.settle();
  await turns(20);
  // A flush that begins before the end tells nothing about what is committed by it.
  const ok = wire.bytes === 0 && app.flushes === flushes;
  end();
  await until('the answer', () => wire.complete);
  wire.close();
  return ok && wire.status === 201;
}

async function refusesRolledBack(app: GateApp): Promise<boolean> {
  app.work.gate = Promise.resolve();
  const wire = app.dial(requestText('GET', '/tx-rollback'));
  await until('the answer', () => wire.complete);
  wire.close();
  return wire.status === 500;
}
