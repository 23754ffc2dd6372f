import { rmSync } from 'node:fs';
import { SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { MemoryStore } from '../../libs/storage';
import { FaultyObjectStore } from '../../libs/testing';
import { Note } from '../journeys/support/note.entity';
import { AppLog, persistence, startApp } from '../journeys/support/start-app';
import { temporaryFolder } from '../journeys/support/temporary-folder';

describe('docs/failures.md, the store is away while the app runs', () => {
  const folder = temporaryFolder();
  const log = new AppLog();
  const start = (storage: FaultyObjectStore) => {
    const options = { storage, database: folder.file('app.db'), shutdownTimeoutMs: 200 };
    return startApp(persistence(options, { entities: [Note], synchronize: true }), log);
  };

  it('stopped meanwhile, the app keeps what was not stored, and the next start on that disk stores it', async () => {
    const store = new FaultyObjectStore(new MemoryStore());
    let app = await start(store);
    await app.get(DataSource).getRepository(Note).save({ text: 'stored' });
    await app.get(SyncService).flush();
    store.inject({
      fault: { kind: 'fail' },
      when: ({ operation }) => operation === 'put',
      times: 1e9,
    });
    await app.get(DataSource).getRepository(Note).save({ text: 'only here' });
    await app.close();
    store.heal();

    expect(log.ours.join('\n')).toMatch('Stopped, but not cleanly');

    app = await start(store);
    const texts = async (): Promise<string[]> =>
      (await app.get(DataSource).getRepository(Note).find()).map(({ text }) => text);
    expect(await texts()).toEqual(['stored', 'only here']);
    await app.get(SyncService).flush();
    await app.close();
    rmSync(folder.file('app.db'));
    app = await start(store);
    expect(await texts()).toEqual(['stored', 'only here']);
    await app.close();
  });
});
