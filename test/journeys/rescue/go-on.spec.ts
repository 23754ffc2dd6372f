import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { Rescue } from '../../docs/samples/rescue';
import { Note } from '../support/note.entity';
import { AppLog, persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

describe('After a disaster', () => {
  const folder = temporaryFolder();
  const cwd = process.cwd();
  afterEach(() => {
    process.chdir(cwd);
    delete process.env.NETWORK_DB_PATH;
  });

  const start = (log?: AppLog) =>
    startApp(
      persistence({ database: folder.file('disk.db') }, { entities: [Note], synchronize: true }),
      log,
      { providers: [Rescue] },
    );

  function damageNewest(): void {
    const entries = folder.file('volume.db.replica', 'ltx', '0');
    const damaged = path.join(entries, readdirSync(entries).toSorted().at(-1)!);
    const bytes = readFileSync(damaged);
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(damaged, bytes);
  }

  it('the app brings back what is whole, and goes on with it in a new place', async () => {
    process.env.NETWORK_DB_PATH = folder.file('volume.db');
    process.chdir(folder.path);
    let app = await start();
    for (const text of ['first', 'second']) {
      await app.get(DataSource).getRepository(Note).save({ text });
      await app.get(SyncService).flush();
    }
    damageNewest();

    // The code of docs/disaster-recovery.md.
    const rescue = app.get(Rescue);
    const { txid, lost, leftOut } = await rescue.emergency();
    expect(lost).toEqual({ fromTxid: txid + 1, toTxid: txid + 1, files: 1 });
    expect(leftOut).toHaveLength(1);
    expect(await rescue.points()).toEqual([]);
    await expect(rescue.before()).rejects.toMatchObject({ code: 'RESTORE_POINT_UNKNOWN' });
    await app.close();

    copyFileSync('rescued.db', folder.file('volume-2.db'));
    process.env.NETWORK_DB_PATH = folder.file('volume-2.db');
    const log = new AppLog();
    app = await start(log);
    expect(await app.get(DataSource).getRepository(Note).find()).toEqual([
      { id: 1, text: 'first' },
    ]);
    expect(app.get(SyncService).status()).toMatchObject({ origin: 'adopted', role: 'owner' });
    expect(log.ours.join('\n')).toMatch(/begins with the database file volume-2\.db/);
    await app.close();
  });
});
