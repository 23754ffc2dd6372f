import { chmodSync, chownSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { MemoryStore } from '../../libs/storage';
import { Life } from '../compat/life';
import { rowHash } from '../compat/row-hash';
import { AppProcess } from '../replica/app-process';
import { makePlaces, type Places } from '../replica/places';
import { hashFolder, hashStore } from './hash-folder';
import { startElsewhere } from './start-elsewhere';

const HINT = expect.stringMatching(/.{20}/) as string;
/** The user that owns nothing. */
const NOBODY = 65_534;

let places: Places;
beforeEach(() => {
  places = makePlaces();
  mkdirSync(dirname(places.database), { recursive: true });
});
afterEach(async () => {
  await Life.endLeftovers();
  places.remove();
});

function makeDatabase(): void {
  const database = new Database(places.database);
  database.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
  database.close();
}

const isRoot = process.getuid?.() === 0;
if (!isRoot) {
  process.stderr.write('NOT ROOT: the tests of files without permission are not run.\n');
}

(isRoot ? describe : describe.skip)(
  'Without permission a start is refused, and nothing is changed:',
  () => {
    const asNobody = () => startElsewhere({ database: places.database, uid: NOBODY });

    beforeEach(() => chmodSync(places.root, 0o755));

    it('a folder that may not be written to, with a database in it', async () => {
      makeDatabase();
      chmodSync(dirname(places.database), 0o555);
      const before = hashFolder(places.root);
      expect(await asNobody()).toMatchObject({
        code: expect.stringMatching(/^DATABASE_(UNREADABLE|READ_ONLY)$/) as string,
        hint: HINT,
      });
      expect(hashFolder(places.root)).toEqual(before);
    });

    it('a folder that may not be written to, and no database', async () => {
      chmodSync(dirname(places.database), 0o555);
      expect(await asNobody()).toMatchObject({
        code: expect.stringMatching(/^DATABASE_(UNREADABLE|READ_ONLY)$/) as string,
        hint: HINT,
      });
      expect(hashFolder(dirname(places.database))).toEqual({});
    });

    it.each([
      ['a file that may not be read', 0o600, 'DATABASE_UNREADABLE'],
      ['a file that may not be written', 0o444, 'DATABASE_READ_ONLY'],
    ])('%s, in a folder of our own', async (_, mode, code) => {
      makeDatabase();
      chownSync(dirname(places.database), NOBODY, NOBODY);
      chmodSync(places.database, mode);
      const before = hashFolder(places.root);
      expect(await asNobody()).toMatchObject({ code, hint: HINT });
      expect(hashFolder(places.root)).toEqual(before);
    });

    it('and with it, the same start succeeds', async () => {
      makeDatabase();
      chownSync(dirname(places.database), NOBODY, NOBODY);
      chownSync(places.database, NOBODY, NOBODY);
      expect(await asNobody()).toEqual({ origin: 'adopted' });
    });
  },
);

describe('Other software around the database', () => {
  it('a second process is refused as long as the first lives, and changes nothing', async () => {
    const first = await AppProcess.start(places);
    try {
      await first.app.store('CREATE TABLE t (x)');
      const store = new MemoryStore();
      await expect(Life.start({ database: places.database, store })).rejects.toMatchObject({
        code: 'DATABASE_IN_USE',
        hint: HINT,
      });
      expect(await hashStore(store)).toEqual({});
      await first.app.store('INSERT INTO t VALUES (1)');
      expect(await first.app.all('SELECT x FROM t')).toEqual([{ x: 1 }]);
      expect(await first.app.stop()).toBe(true);
    } finally {
      await first.app.kill();
    }
    const second = await AppProcess.start(places);
    expect(second.outcome.origin).toBe('continued');
    await second.app.kill();
  });

  it('an app that checkpoints in every way meanwhile loses nothing', async () => {
    const store = new MemoryStore();
    const life = await Life.start({ database: places.database, store });
    life.app.pragma('busy_timeout = 0');
    await life.store('CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)');
    for (let round = 0; round < 25; round++) {
      for (const mode of ['PASSIVE', 'FULL', 'RESTART', 'TRUNCATE']) {
        life.app.exec(`INSERT INTO t (x) VALUES ('${mode} ${round}')`);
        life.app.pragma(`wal_checkpoint(${mode})`);
        life.app.exec(`INSERT INTO t (x) VALUES ('after ${mode} ${round}')`);
        if (round % 3 === 0) await life.replica.flush();
      }
    }
    await life.replica.flush();
    const hash = rowHash(life.app);
    await life.vanish();
    places.wipeDisk();
    const again = await Life.start({ database: places.database, store });
    expect(rowHash(again.app)).toBe(hash);
    await again.end();
  });

  it('a second copy of better-sqlite3 in the process is refused before anything is opened', async () => {
    makeDatabase();
    const before = hashFolder(dirname(places.database));
    expect(
      await startElsewhere({ database: places.database, driver: copyOfDriver() }),
    ).toMatchObject({
      code: 'SQLITE_LOADED_TWICE',
      hint: HINT,
    });
    expect(hashFolder(dirname(places.database))).toEqual(before);
  });

  /** The package and what it needs to find its binary, as a nested node_modules has them. */
  function copyOfDriver(): string {
    const require = createRequire(__filename);
    const modules = join(places.root, 'node_modules');
    for (const name of ['better-sqlite3', 'bindings', 'file-uri-to-path']) {
      const folder = dirname(require.resolve(`${name}/package.json`));
      cpSync(folder, join(modules, name), {
        recursive: true,
        filter: (path) => !/[/\\](deps|src|obj\.target|obj)$/.test(path),
      });
    }
    writeFileSync(join(places.root, 'package.json'), '{}');
    return join(modules, 'better-sqlite3');
  }
});

describe('A store that is away when the app ends', () => {
  it('gets from the next life on the same disk what the last one could not store', async () => {
    const store = new MemoryStore();
    const life = await Life.start({ database: places.database, store });
    await life.store('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    await life.vanish((app) => app.exec('INSERT INTO t VALUES (2)'));
    const again = await Life.start({ database: places.database, store });
    expect(again.app.prepare('SELECT x FROM t').pluck().all()).toEqual([1, 2]);
    expect(again.outcome.origin).toBe('continued');
    await again.replica.flush();
    await again.vanish();
    places.wipeDisk();
    const third = await Life.start({ database: places.database, store });
    expect(third.app.prepare('SELECT x FROM t').pluck().all()).toEqual([1, 2]);
    await third.end();
  });
});
