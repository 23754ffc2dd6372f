import path from 'node:path';
import { directory, PersistenceModule, SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { drainOnSignals } from '../../../libs/persistence/lifecycle/signal-drain';
import { TestProcess } from '../../../libs/testing';
import { persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const CHILD = path.join(__dirname, '..', 'support', 'signal-app.child.ts');

describe('the end by a signal', () => {
  const folder = temporaryFolder();

  function run(variables: Record<string, string> = {}): TestProcess {
    return new TestProcess(CHILD, {
      env: {
        NETWORK_DB_PATH: folder.file('app-on-a-volume.db'),
        DATABASE_PATH: folder.file('app.db'),
        NO_COLOR: '1',
        ...variables,
      },
    });
  }

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'without shutdown hooks: %s drains, then ends the process as it would have without us',
    async (signal) => {
      const child = run();
      await child.line(/written/);
      expect(await child.kill(signal)).toEqual({ code: null, signal });
      expect(child.output).toMatch('Stopped cleanly: everything is stored');
      expect(child.output.match(/Stopped/g)).toHaveLength(1);
    },
  );

  it('with shutdown hooks, also if they come late: the app is closed and drained once', async () => {
    const child = run({ HOOKS: 'after' });
    await child.line(/written/);
    expect(await child.kill('SIGTERM')).toEqual({ code: null, signal: 'SIGTERM' });
    expect(child.output.match(/Stopped cleanly/g)).toHaveLength(1);
  });

  it('is left alone with drainOnSignal: false', async () => {
    const child = run({ DRAIN: 'off' });
    await child.line(/written/);
    expect(await child.kill('SIGTERM')).toEqual({ code: null, signal: 'SIGTERM' });
    expect(child.output).not.toMatch('Stopped');
  });

  it('after kill -9 the next start has what was committed, stored or not', async () => {
    const child = run();
    await child.line(/written/);
    await child.kill('SIGKILL');
    process.env.NETWORK_DB_PATH = folder.file('app-on-a-volume.db');
    try {
      const app = await startApp(persistence({ database: folder.file('app.db') }));
      expect(await app.get(DataSource).query('SELECT a FROM t')).toEqual([{ a: 1 }]);
      expect(await app.get(SyncService).flush()).toMatchObject({ stored: true });
      await app.close();
    } finally {
      delete process.env.NETWORK_DB_PATH;
    }
  });

  it('listens to nothing any more once the app is closed, or when somebody else listens', async () => {
    const before = process.listenerCount('SIGTERM');
    const app = await startApp([
      PersistenceModule.forRoot({
        database: folder.file('disk', 'app.db'),
        storage: directory(folder),
      }),
    ]);
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    await app.close();
    expect(process.listenerCount('SIGTERM')).toBe(before);

    const foreign = () => {};
    process.on('SIGTERM', foreign);
    const stop = drainOnSignals(() => Promise.resolve());
    expect(process.listenerCount('SIGTERM')).toBe(before + 1);
    stop();
    process.removeListener('SIGTERM', foreign);
  });
});
