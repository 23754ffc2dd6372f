import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DirectoryStore } from '../../libs/storage';
import { Life } from '../compat/life';
import { hashFolder } from './hash-folder';
import { makePlaces, type Places } from '../replica/places';

const NAMES = [
  'with space.db',
  '  leading spaces.db',
  'ünïcödé-日本語-😀.db',
  `it's "quoted" \`here\`.db`,
  '100%41%2e.db',
  'what?mode=memory&cache=shared',
  'a#b.db',
  '-dash.db',
  'file:x.db',
  'file:a?mode=ro',
  ':memory:',
  '.hidden',
  'semi;colon$(id)*[a-z]{1}.db',
  'dots..db.',
] as const;

/** Not allowed in names on Windows. */
const POSIX_NAMES = ['back\\slash.db', 'new\nline.db'] as const;
const names = process.platform === 'win32' ? [] : [...NAMES, ...POSIX_NAMES];

describe('A database with an odd name is stored, restored and continued:', () => {
  let places: Places;
  beforeEach(() => {
    places = makePlaces();
  });
  afterEach(async () => {
    await Life.endLeftovers();
    places.remove();
  });

  it.each(names.map((name) => [JSON.stringify(name), name]))('%s', async (_, name) => {
    const disk = join(places.root, name);
    const database = join(disk, name);
    const store = await DirectoryStore.open({ root: join(places.root, `${name}.replica`) });
    mkdirSync(disk);
    let life = await Life.start({ database, store });
    await life.store('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    await life.end();
    life = await Life.start({ database, store });
    expect(life.outcome.origin).toBe('continued');
    await life.store('INSERT INTO t VALUES (2)');
    await life.vanish();
    rmSync(disk, { recursive: true });
    mkdirSync(disk);

    life = await Life.start({ database, store });
    expect(life.outcome.origin).toBe('restored');
    expect(life.app.prepare('SELECT x FROM t').pluck().all()).toEqual([1, 2]);
    expect(readdirSync(disk).filter((file) => !file.startsWith(name))).toEqual([]);
    await life.end();
  });

  // The driver trims names, so an app would open another file.
  it('a name that ends in white space is refused before anything is changed', async () => {
    const root = join(places.root, 'replica');
    const store = await DirectoryStore.open({ root });
    const before = hashFolder(root);
    const database = join(places.root, 'disk', 'app.db ');
    await expect(Life.start({ database, store })).rejects.toMatchObject({
      code: 'DATABASE_UNREADABLE',
    });
    expect(hashFolder(root)).toEqual(before);
  });
});
