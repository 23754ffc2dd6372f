import Database from 'better-sqlite3';
import { existsSync } from 'node:fs';
import { memory, SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { Note } from '../support/note.entity';
import { AppLog, persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

describe('restore() beside a running app', () => {
  const folder = temporaryFolder();

  function texts(file: string): unknown[] {
    const copy = new Database(file, { readonly: true });
    try {
      return copy.prepare('SELECT text FROM note ORDER BY id').pluck().all();
    } finally {
      copy.close();
    }
  }

  it('brings back the newest state or that of a TXID, and never overwrites', async () => {
    const log = new AppLog();
    const app = await startApp(
      persistence(
        { database: folder.file('app.db'), storage: memory() },
        { entities: [Note], synchronize: true },
      ),
      log,
    );
    const sync = app.get(SyncService);
    const notes = app.get(DataSource).getRepository(Note);
    await notes.save({ text: 'first' });
    const { txid } = await sync.flush();
    await notes.save({ text: 'second' });
    await sync.flush();

    const newest = folder.file('newest.db');
    expect(await sync.restore({ to: newest })).toMatchObject({ path: newest });
    expect(texts(newest)).toEqual(['first', 'second']);

    const earlier = folder.file('earlier.db');
    expect(await sync.restore({ to: earlier, txid: txid! })).toMatchObject({ txid });
    expect(texts(earlier)).toEqual(['first']);

    await expect(sync.restore({ to: newest })).rejects.toMatchObject({
      code: 'RESTORE_TARGET_EXISTS',
    });
    await expect(sync.restore({ to: folder.file('x.db'), txid: 10_000 })).rejects.toMatchObject({
      code: 'RESTORE_POINT_UNKNOWN',
    });
    expect(existsSync(folder.file('x.db'))).toBe(false);
    expect(await notes.count()).toBe(2);
    expect(log.ours.join('\n')).toMatch(/Restored .* at TXID/);
    await app.close();
  });
});
