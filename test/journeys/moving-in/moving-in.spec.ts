import Sqlite from 'better-sqlite3';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PersistenceModule, SyncService } from 'nestjs-persistence';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AzureBlobStore, type ObjectStore, readBody, S3Store } from '../../../libs/storage';
import { type Azurite, describeWithAzurite, startAzurite } from '../../servers/azurite';
import { type S3Server, startS3Server } from '../../servers/s3';
import { Note } from '../support/note.entity';
import { AppLog, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const folder = temporaryFolder();
const set: string[] = [];

function variables(values: Record<string, string>): void {
  Object.assign(process.env, values);
  set.push(...Object.keys(values));
}

afterEach(() => {
  for (const name of set.splice(0)) delete process.env[name];
});

/** A database as an app before us wrote it, with one note; `close` ends that app. */
function olderDatabase(file: string, journal: 'wal' | 'delete'): { close(): void } {
  mkdirSync(path.dirname(file), { recursive: true });
  const database = new Sqlite(file);
  database.pragma(`journal_mode = ${journal}`);
  database.exec(
    'CREATE TABLE note (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, text text NOT NULL)',
  );
  database.exec("INSERT INTO note (text) VALUES ('from before')");
  return database;
}

function textsIn(file: string): unknown[] {
  const database = new Sqlite(file, { readonly: true });
  try {
    return database.prepare('SELECT text FROM note ORDER BY id').pluck().all();
  } finally {
    database.close();
  }
}

/** A life on an empty disk. */
async function life(disk: string, log = new AppLog()) {
  process.env.DATABASE_PATH = folder.file(disk, 'app.db');
  set.push('DATABASE_PATH');
  const app = await startApp(
    [
      PersistenceModule.forRoot(),
      TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ entities: [Note] })),
    ],
    log,
  );
  const notes = app.get(DataSource).getRepository(Note);
  return {
    app,
    sync: app.get(SyncService),
    texts: async () => (await notes.find({ order: { id: 'ASC' } })).map(({ text }) => text),
    add: (text: string) => notes.save({ text }),
  };
}

/** The journey that every place allows: begin with what is there, lose the disk, make a backup in its stead. */
async function movesIn(log = new AppLog()): Promise<void> {
  const first = await life('disk-1', log);
  expect(await first.texts()).toEqual(['from before']);
  expect(first.sync.status()).toMatchObject({ origin: 'adopted', survivesRedeploy: true });
  await first.add('from us');
  await first.app.close();
  rmSync(folder.file('disk-1'), { recursive: true });

  const second = await life('disk-2');
  expect(await second.texts()).toEqual(['from before', 'from us']);
  expect(second.sync.status().origin).toBe('restored');
  await second.sync.backup();
  await second.app.close();
}

async function objectOf(store: ObjectStore, key: string): Promise<Buffer> {
  return Buffer.from(await readBody(await store.get(key), 1 << 20));
}

async function expectBackup(store: ObjectStore, key: string, before: Buffer): Promise<void> {
  const kept = await objectOf(store, key.replace('.db', '.before-adoption.db'));
  expect(kept.equals(before)).toBe(true);
  writeFileSync(folder.file('backup.db'), await objectOf(store, key));
  expect(textsIn(folder.file('backup.db'))).toEqual(['from before', 'from us']);
}

describe('somebody who uploaded whole database files moves in', () => {
  describe('a bucket that holds only student_courses.db', () => {
    let server: S3Server;

    beforeAll(async () => {
      server = await startS3Server({ buckets: ['school'] });
    });
    afterAll(() => server.close());

    it('becomes a replica with nothing lost, the old object kept beside', async () => {
      const { accessKeyId, secretAccessKey } = server.credentials;
      const store = await S3Store.open({
        bucket: 'school',
        endpoint: server.url,
        accessKeyId,
        secretAccessKey,
      });
      olderDatabase(folder.file('old.db'), 'delete').close();
      const before = readFileSync(folder.file('old.db'));
      await store.put('prod/student_courses.db', before, { mode: 'create' });
      variables({
        S3_BUCKET: 'school',
        S3_KEY: 'prod/student_courses.db',
        S3_ENDPOINT: server.url,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      });
      const log = new AppLog();
      await movesIn(log);
      expect(log.ours[0]).toBe(
        `log Persistence: Commits are stored in S3 at ${new URL(server.url).host}, bucket school, prod/student_courses.db.replica (S3_BUCKET is set).`,
      );
      await expectBackup(store, 'prod/student_courses.db', before);
      expect(log.lines.join('\n')).not.toContain(secretAccessKey);
      expect(server.requests.map(({ key }) => key)).toContain(
        'prod/student_courses.db.replica/0000/0000000000000001-0000000000000001.ltx',
      );
    });
  });

  describeWithAzurite('a container database-backup that holds only ai_learning.db', () => {
    let azurite: Azurite;

    beforeAll(async () => {
      azurite = await startAzurite();
    }, 90_000);
    afterAll(() => azurite?.close());

    it('becomes a replica with nothing lost, the old object kept beside', async () => {
      const { connectionString } = azurite;
      const store = await AzureBlobStore.open({ connectionString, container: 'database-backup' });
      olderDatabase(folder.file('old.db'), 'wal').close();
      const before = readFileSync(folder.file('old.db'));
      await store.put('ai_learning.db', before, { mode: 'create' });
      variables({
        AZURE_STORAGE_CONNECTION_STRING: connectionString,
        AZURE_BLOB_NAME: 'ai_learning.db',
      });
      const log = new AppLog();
      await movesIn(log);
      expect(log.ours[0]).toBe(
        'log Persistence: Commits are stored in Azure Blob Storage, container database-backup, ai_learning.db.replica (AZURE_STORAGE_CONNECTION_STRING is set).',
      );
      await expectBackup(store, 'ai_learning.db', before);
    });
  });

  describe('a network folder with a live .db and its -wal', () => {
    it('becomes a replica with nothing lost, the old file kept beside', async () => {
      const file = folder.file('share', 'name.db');
      const running = olderDatabase(folder.file('old.db'), 'wal');
      mkdirSync(folder.file('share'));
      // As a program that was killed leaves them: the commit is in the log only.
      for (const end of ['', '-wal']) copyFileSync(folder.file(`old.db${end}`), `${file}${end}`);
      running.close();
      expect(existsSync(`${file}-wal`)).toBe(true);
      variables({ NETWORK_DB_PATH: file });
      await movesIn();
      expect(textsIn(file)).toEqual(['from before', 'from us']);
      expect(existsSync(folder.file('share', 'name.before-adoption.db'))).toBe(true);
    });
  });
});
