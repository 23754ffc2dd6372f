import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import type { ErrorCode } from '../../libs/errors';
import { MemoryStore } from '../../libs/storage';
import { Life } from '../compat/life';
import { makePlaces, type Places } from '../replica/places';
import { hashFolder, hashStore } from './hash-folder';

let places: Places;
beforeEach(() => {
  places = makePlaces();
  mkdirSync(dirname(places.database), { recursive: true });
});
afterEach(async () => {
  await Life.endLeftovers();
  places.remove();
});

/** A database of many pages, as the bytes of its file. */
function sound(): Buffer {
  const database = new Database(places.database);
  database.exec(
    `CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT); CREATE INDEX by_body ON t (body);
     WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)
     INSERT INTO t (body) SELECT hex(randomblob(40)) FROM n`,
  );
  database.close();
  return readFileSync(places.database);
}

async function expectRefusal(
  database: string,
  code: ErrorCode,
  store = new MemoryStore(),
): Promise<void> {
  const before = { disk: hashFolder(places.root), store: await hashStore(store) };
  const refusal: unknown = await Life.start({ database, store }).then(
    () => 'started',
    (error: unknown) => error,
  );
  expect(refusal).toMatchObject({ code, hint: expect.stringMatching(/.{20}/) as string });
  expect({ disk: hashFolder(places.root), store: await hashStore(store) }).toEqual(before);
}

const BAD_FILES: readonly (readonly [name: string, code: ErrorCode, make: () => Buffer])[] = [
  ['a text', 'DATABASE_NOT_SQLITE', () => Buffer.from('id,name\n1,Ada\n'.repeat(1_000))],
  ['a few bytes', 'DATABASE_NOT_SQLITE', () => Buffer.from('hello')],
  ['zeros', 'DATABASE_NOT_SQLITE', () => Buffer.alloc(8_192)],
  [
    'an encrypted database',
    'DATABASE_NOT_SQLITE',
    () => sound().map((byte) => byte ^ 0xa5) as Buffer,
  ],
  ['a database cut inside its first page', 'DATABASE_CORRUPT', () => sound().subarray(0, 60)],
  [
    'a database without its second half',
    'DATABASE_CORRUPT',
    () => {
      const bytes = sound();
      return bytes.subarray(0, (bytes.length / 2) & ~4_095);
    },
  ],
  [
    'a database with a page of noise in it',
    'DATABASE_CORRUPT',
    () => sound().fill(0xdb, 5 * 4_096, 6 * 4_096),
  ],
  ['a database with a broken schema', 'DATABASE_CORRUPT', () => sound().fill(0xff, 100, 120)],
];

describe('A local file that is no sound database is refused, and nothing is changed:', () => {
  it.each(BAD_FILES)('%s (%s)', async (_name, code, make) => {
    const bytes = make();
    writeFileSync(places.database, bytes);
    await expectRefusal(places.database, code);
  });

  it('a folder in its place', async () => {
    mkdirSync(join(places.database, 'inside'), { recursive: true });
    await expectRefusal(places.database, 'DATABASE_UNREADABLE');
  });

  it('a file where its folder should be', async () => {
    writeFileSync(join(places.root, 'file'), 'x');
    await expectRefusal(join(places.root, 'file', 'app.db'), 'DATABASE_UNREADABLE');
  });

  it('a name that is too long for the file system', async () => {
    await expectRefusal(
      join(dirname(places.database), `${'x'.repeat(300)}.db`),
      'DATABASE_UNREADABLE',
    );
  });

  it('also where a history is there, and its place is taken by a folder', async () => {
    const store = new MemoryStore();
    const life = await Life.start({ database: places.database, store });
    await life.store('CREATE TABLE t (x)');
    await life.end();
    places.wipeDisk();
    mkdirSync(places.database, { recursive: true });
    await expectRefusal(places.database, 'DATABASE_UNREADABLE', store);
  });
});

describe('A local file that is unusual, and all right:', () => {
  async function storeAndRestore(): Promise<void> {
    const store = new MemoryStore();
    const life = await Life.start({ database: places.database, store });
    await life.store('CREATE TABLE found (x); INSERT INTO found VALUES (1)');
    await life.vanish();
    places.wipeDisk();
    const again = await Life.start({ database: places.database, store });
    expect(again.app.prepare('SELECT x FROM found').all()).toEqual([{ x: 1 }]);
    await again.end();
  }

  it('an empty one', async () => {
    writeFileSync(places.database, '');
    await storeAndRestore();
  });

  it('a link to a file in another folder', async () => {
    const elsewhere = join(places.root, 'elsewhere');
    mkdirSync(elsewhere);
    writeFileSync(join(elsewhere, 'real.db'), sound());
    places.wipeDisk();
    mkdirSync(dirname(places.database));
    symlinkSync(join(elsewhere, 'real.db'), places.database);
    await storeAndRestore();
  });

  it('a link to a file that is not there yet', async () => {
    symlinkSync(join(places.root, 'later.db'), places.database);
    await storeAndRestore();
  });

  it('in a folder that is a link', async () => {
    const elsewhere = join(places.root, 'elsewhere');
    mkdirSync(elsewhere);
    places.wipeDisk();
    symlinkSync(elsewhere, dirname(places.database));
    await storeAndRestore();
  });
});
