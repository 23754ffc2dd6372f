import { linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileClash } from './file-clash';
import { directory, memory, type StorageOption } from './storage-choice';
import { planStorage } from './detect-storage';
import { TakenPlaces } from './taken-places';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'file-clash-'));
  mkdirSync(path.join(folder, 'store'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (...names: string[]) => path.join(folder, ...names);
const byOption = (option: StorageOption, name = 'app') =>
  planStorage(name, option, () => undefined);
const byVariable = (values: Record<string, string>) =>
  planStorage('app', undefined, (variable) => values[variable]);

describe('a live file', () => {
  it.each([
    'app.db',
    'app.db-wal',
    'app.db-shm',
    'app.db-journal',
    'app.db.lock',
    'app.db.meta.json',
  ])('named %s in the folder of a store that backs up to app.db', async (name) => {
    const plan = byOption(directory({ path: file('store') }));
    expect(await fileClash(file('store', name), plan)).toBe('same file');
  });

  it.each(['app.db-wal', 'app.db.persistence.json', 'app.db.lock-journal'])(
    'whose own %s is what NETWORK_DB_PATH names',
    async (name) => {
      const plan = byVariable({ NETWORK_DB_PATH: file('store', name) });
      expect(await fileClash(file('store', 'app.db'), plan)).toBe('same file');
    },
  );

  it.each([
    ['app.db.replica', 'live.db'],
    ['app.db.replica', 'ltx', '0', 'live.db'],
    ['app.db.backups', 'live.db'],
    ['.tmp', 'live.db'],
  ])('in the store’s own %s/%s', async (...names) => {
    const live = file('store', ...names);
    expect(await fileClash(live, byOption(directory({ path: file('store') })))).toBe(
      'in the store',
    );
    const plan = byVariable({ NETWORK_DB_PATH: file('store', 'app.db') });
    expect(await fileClash(live, plan)).toBe('in the store');
  });

  it('is met whichever way the store is chosen', async () => {
    const live = file('store', 'app.db');
    expect(await fileClash(live, byVariable({ NETWORK_DB_PATH: live }))).toBe('same file');
    expect(await fileClash(live, byVariable({ VERCEL_VOLUME_PATH: file('store') }))).toBe(
      'same file',
    );
    const relative = path.relative(process.cwd(), live);
    expect(await fileClash(live, byVariable({ NETWORK_DB_PATH: relative }))).toBe('same file');
    const detour = `${folder}/store/../store/./app.db`;
    expect(await fileClash(live, byVariable({ NETWORK_DB_PATH: detour }))).toBe('same file');
  });

  it('is met behind links: of a folder, of the file, to a file that is not there yet', async () => {
    const plan = byOption(directory({ path: file('store') }));
    symlinkSync(file('store'), file('linked'));
    expect(await fileClash(file('linked', 'app.db'), plan)).toBe('same file');
    expect(await fileClash(file('linked', 'app.db.replica', 'x.db'), plan)).toBe('in the store');
    expect(
      await fileClash(file('store', 'app.db'), byOption(directory({ path: file('linked') }))),
    ).toBe('same file');
    symlinkSync('store/app.db', file('live.db'));
    expect(await fileClash(file('live.db'), plan)).toBe('same file');
    writeFileSync(file('store', 'app.db'), '');
    expect(await fileClash(file('live.db'), plan)).toBe('same file');
    linkSync(file('store', 'app.db'), file('hard.db'));
    expect(await fileClash(file('hard.db'), plan)).toBe('same file');
  });

  it('is let be where a link leads in a circle', async () => {
    symlinkSync(file('b.db'), file('a.db'));
    symlinkSync(file('a.db'), file('b.db'));
    expect(await fileClash(file('a.db'), byOption(directory({ path: file('store') })))).toBeNull();
  });

  it('is let be beside a store, and where the store is no folder', async () => {
    const plan = byOption(directory({ path: file('store') }));
    expect(await fileClash(file('app.db'), plan)).toBeNull();
    expect(await fileClash(file('store', 'live.db'), plan)).toBeNull();
    expect(await fileClash(file('store', 'app.db.replicas', 'x.db'), plan)).toBeNull();
    expect(await fileClash(file('not', 'there', 'app.db'), plan)).toBeNull();
    expect(await fileClash(file('app.db'), byOption(memory()))).toBeNull();
  });
});

describe('the databases of an app', () => {
  it('refuse a live file where the store of another one keeps its backup, whoever comes first', async () => {
    const store = byOption(directory({ path: file('store') }));
    const refusal = expect.objectContaining({
      code: 'OPTION_INVALID',
      message: expect.stringMatching(
        /"orders" \(the option "database" or DATABASE_PATH_ORDERS\) is the file that backups of the database "app" .*the option storage/,
      ),
      hint: expect.stringContaining('local disk'),
    });
    const one = new TakenPlaces();
    await one.takeFile('app', file('app.db'), store);
    await expect(
      one.takeFile('orders', file('store', 'app.db'), byOption(memory(), 'orders')),
    ).rejects.toEqual(refusal);

    const other = new TakenPlaces();
    const outcomes = await Promise.allSettled([
      other.takeFile('orders', file('store', 'app.db'), byOption(memory(), 'orders')),
      other.takeFile('app', file('app.db'), store),
    ]);
    expect(outcomes).toContainEqual({ status: 'rejected', reason: refusal });
  });

  it('are let be where there is no file, or no store', async () => {
    const places = new TakenPlaces();
    await places.takeFile('app', ':memory:', byVariable({}));
    await places.takeFile('orders', file('store', 'app.db'), byVariable({}));
  });
});
