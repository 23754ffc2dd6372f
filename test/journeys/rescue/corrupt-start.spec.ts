import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { directory, getSyncServiceToken, type SyncService } from 'nestjs-persistence';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { runCli } from '../../../apps/cli/testing/run-cli';
import { Note } from '../support/note.entity';
import { AppLog, persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

describe('An app whose replica is damaged', () => {
  const folder = temporaryFolder();

  it.each([
    ['app', ''],
    ['orders', '_ORDERS'],
  ])('does not start, and prints a command that brings database %s back', async (name, suffix) => {
    const variables = { [`NETWORK_DB_PATH${suffix}`]: folder.file('volume.db') };
    Object.assign(process.env, variables);
    try {
      await write(name);
      damageNewestBut(2);
      const log = new AppLog();
      await expect(start(name, folder.file('new-disk.db'), log)).rejects.toMatchObject({
        code: 'REPLICA_CORRUPT',
      });
      const command = /`npx nestjs-persistence (restore [^`]*)`/.exec(log.ours.join('\n'))?.[1];
      const end = await runCli(command!.split(' '), { cwd: folder.path, env: variables });
      expect(end).toMatchObject({ code: 0 });
      expect(texts('rescued.db')).toEqual(['first']);
    } finally {
      for (const variable of Object.keys(variables)) delete process.env[variable];
    }
  });

  it('prints a command for a folder that only its code names, which is told the folder', async () => {
    const storage = directory({ path: folder.file('shared') });
    const options = { database: folder.file('disk.db'), storage };
    const app = await startApp(persistence(options, { entities: [Note], synchronize: true }));
    await app.get<SyncService>(getSyncServiceToken()).flush();
    await app.close();
    const newest = entries('shared/app.db.replica').at(-2)!;
    flip(newest);
    const log = new AppLog();
    await expect(
      startApp(persistence({ ...options, database: folder.file('other.db') }), log),
    ).rejects.toMatchObject({ code: 'REPLICA_CORRUPT' });
    const command = /`npx nestjs-persistence (restore [^`]*)`/.exec(log.ours.join('\n'))?.[1];
    const words = command!.replace(
      'REPLICA_URL',
      `file://${folder.file('shared', 'app.db.replica')}`,
    );
    const end = await runCli(words.split(' '), { cwd: folder.path });
    expect(end).toMatchObject({ code: 0 });
  });

  const start = (name: string, database: string, log?: AppLog) =>
    startApp(persistence({ name, database }, { name, entities: [Note], synchronize: true }), log);

  /** Two notes, each stored by itself. */
  async function write(name: string): Promise<void> {
    const app = await start(name, folder.file('disk.db'));
    const sync = app.get<SyncService>(getSyncServiceToken(name));
    const token = name === 'app' ? getDataSourceToken() : getDataSourceToken(name);
    const notes = app.get<DataSource>(token).getRepository(Note);
    await sync.flush();
    for (const text of ['first', 'second']) {
      await notes.save({ text });
      await sync.flush();
    }
    await app.close();
  }

  const entries = (replica: string): string[] =>
    readdirSync(folder.file(replica, 'ltx', '0'))
      .toSorted()
      .map((entry) => folder.file(replica, 'ltx', '0', entry));

  /** The newest is the release. */
  const damageNewestBut = (n: number): void => flip(entries('volume.db.replica').at(-n)!);

  function flip(file: string): void {
    const bytes = readFileSync(file);
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(file, bytes);
  }

  function texts(file: string): unknown[] {
    const rescued = new Database(folder.file(file), { readonly: true });
    try {
      return rescued.prepare('SELECT text FROM note ORDER BY id').pluck().all();
    } finally {
      rescued.close();
    }
  }
});
