import Database from 'better-sqlite3';
import { readdirSync } from 'node:fs';
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

  it('stopped meanwhile, the app keeps what was not stored in the file that the next start sets aside', async () => {
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

    app = await start(store);
    expect(await app.get(DataSource).getRepository(Note).find()).toMatchObject([
      { text: 'stored' },
    ]);
    await app.close();
    const aside = readdirSync(folder.path).find((name) => /\.before-.*Z$/.test(name))!;
    expect(log.ours.join('\n')).toMatch(`set aside as ${aside}`);
    const kept = new Database(folder.file(aside), { readonly: true });
    expect(kept.prepare('SELECT text FROM note').pluck().all()).toEqual(['stored', 'only here']);
    kept.close();
  });
});
