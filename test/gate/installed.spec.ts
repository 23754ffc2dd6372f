import path from 'node:path';
import { NestFactory } from '@nestjs/core';
import { PersistenceModule, SyncService } from 'nestjs-persistence';
import { DurabilityGate } from '../../libs/persistence/durable/durability-gate';
import { MemoryStore } from '../../libs/storage';
import { persistence } from '../journeys/support/start-app';
import { temporaryFolder } from '../journeys/support/temporary-folder';
import { TestProcess } from '../../libs/testing';
import { gateApps, PLATFORMS } from './support/gate-app';
import { until } from './support/until';
import { requestText, Wire } from './support/wire';

const CHILD = path.join(__dirname, 'support', 'held-app.child.ts');

describe('the gate', () => {
  const start = gateApps();
  const folder = temporaryFolder();

  it.each([
    ['is switched off', { enabled: false }],
    ['has no store', { storage: undefined }],
  ])('is not there where the database %s: nothing waits, whatever is said', async (_, options) => {
    const app = await start('express', { persistence: { durability: 'confirmed', ...options } });
    const wire = app.dial(requestText('POST', '/json'));
    await until('the answer', () => wire.complete);
    expect([wire.status, app.flushes]).toEqual([201, 0]);
    expect(app.server.listenerCount('request')).toBe(1);
  });

  it('is one for all databases of an app, and needs no HTTP', async () => {
    const imports = [
      ...persistence({ database: folder.file('a.db'), storage: new MemoryStore() }),
      PersistenceModule.forRoot({
        name: 'orders',
        database: folder.file('b.db'),
        storage: new MemoryStore(),
        durability: 'confirmed',
      }),
    ];
    const module = { module: class App {}, imports };
    const context = await NestFactory.createApplicationContext(module, { logger: false });
    const gate = context.get(DurabilityGate, { strict: false });
    expect([gate.replicated.length, gate.confirmed.length]).toEqual([2, 1]);
    expect(await context.get(SyncService).flush()).toMatchObject({ stored: true });
    await context.close();
  });

  it('@Durable() waits for every database of the app, the whole app for those that are confirmed', async () => {
    const storage = new MemoryStore();
    const orders = PersistenceModule.forRoot({
      name: 'orders',
      database: folder.file('orders.db'),
      storage,
    });
    const app = await start('express', { behind: [orders] });
    let open = () => {};
    const held = new Promise<void>((resolve) => (open = resolve));
    const [, second] = app.gate.replicated;
    const flush = second!.flush.bind(second);
    second!.flush = () => held.then(flush);
    const wire = app.dial(requestText('GET', '/conflict'));
    await until('the first database is asked', () => app.flushes > 0);
    await app.settle();
    expect(wire.bytes).toBe(0);
    open();
    await until('the answer', () => wire.complete);
    expect(wire.status).toBe(409);
  });

  it.each(PLATFORMS)(
    'on %s: at SIGTERM held answers are confirmed, then the process ends',
    async (platform) => {
      const child = new TestProcess(CHILD, {
        env: { PLATFORM: platform, TMPDIR: folder.path, NO_COLOR: '1' },
      });
      const port = /\d+/.exec(await child.line(/^listening/))![0];
      const wire = new Wire(Number(port), requestText('POST', '/json'));
      await child.line(/^held/);
      expect(wire.bytes).toBe(0);
      // The child releases its store when it begins to close.
      const end = await child.kill('SIGTERM');
      expect(wire.status).toBe(201);
      expect(wire.text).toMatch(/connection: close/i);
      expect(end).toEqual({ code: null, signal: 'SIGTERM' });
    },
  );
});
