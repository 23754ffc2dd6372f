import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { runCli } from '../../../apps/cli/testing/run-cli';
import { backupMetadata } from '../../../libs/replica/backup/backup-metadata';
import { createSqliteEngine } from '../../../libs/engine';
import { emergencyRestore } from '../../../libs/replica';
import { DirectoryStore } from '../../../libs/storage';
import { startInFolder } from '../../compat/directory-life';
import { Life, realClock } from '../../compat/life';
import { temporaryFolder } from '../support/temporary-folder';

describe('An emergency restore beside a plain backup', () => {
  const folder = temporaryFolder();
  afterEach(() => Life.endLeftovers());

  const entry = (txid: number): string => {
    const hex = txid.toString(16).padStart(16, '0');
    return folder.file('app.db.replica', 'ltx', '0', `${hex}-${hex}.ltx`);
  };
  const damage = (txid: number): void => {
    const bytes = readFileSync(entry(txid));
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(entry(txid), bytes);
  };
  const backUp = async (txid: number, lineage: string): Promise<void> => {
    const store = await DirectoryStore.open({ root: folder.path });
    const metadata = backupMetadata({ lineage, epoch: 1, txid, sha256: 'a'.repeat(64) });
    await store.put('app.db', Buffer.from(`${lineage} ${txid}`), { mode: 'overwrite', metadata });
  };
  const rescue = async (to: string) =>
    emergencyRestore({
      store: await DirectoryStore.open({ root: folder.file('app.db.replica') }),
      plain: { store: await DirectoryStore.open({ root: folder.path }), key: 'app.db' },
      engine: createSqliteEngine({ path: folder.file(to) }),
      clock: realClock,
    });

  it('names the backup where that holds a later state of this history, and only then', async () => {
    const replica = folder.file('app.db.replica');
    const life = await startInFolder({ database: folder.file('live.db'), replica });
    for (let n = 0; n < 3; n++) await life.store(`CREATE TABLE t${n} (x)`);
    await life.end();
    const descriptor = readFileSync(folder.file('app.db.replica', 'replica.json'), 'utf8');
    const { lineage } = JSON.parse(descriptor) as { lineage: string };
    damage(3);

    await backUp(4, lineage);
    expect(await rescue('a.db')).toMatchObject({
      txid: 2,
      newerBackup: { key: 'app.db', txid: 4 },
    });
    const env = { NETWORK_DB_PATH: folder.file('app.db') };
    const people = await runCli(['restore', '--emergency'], { cwd: folder.path, env });
    expect(people.stdout).toContain(
      'The plain backup app.db in the store holds TXID 4, which is newer: take that.',
    );

    await backUp(2, lineage);
    expect(await rescue('b.db')).not.toHaveProperty('newerBackup');
    await backUp(9, 'f'.repeat(32));
    expect(await rescue('c.db')).not.toHaveProperty('newerBackup');

    await backUp(4, lineage);
    damage(1);
    await expect(rescue('d.db')).rejects.toMatchObject({
      code: 'REPLICA_CORRUPT',
      hint: expect.stringContaining('holds TXID 4') as string,
    });
    rmSync(folder.file('app.db.replica', 'ltx'), { recursive: true });
    await expect(rescue('e.db')).rejects.toMatchObject({
      code: 'RESTORE_POINT_UNKNOWN',
      hint: expect.stringContaining('holds TXID 4') as string,
    });
  });
});
