import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { startInFolder } from '../../test/compat/directory-life';
import { hashFolder } from '../../test/bad-input/hash-folder';
import { runCli, type CliEnd } from './testing/run-cli';

/** Each test starts several processes, beside those of other test files. */
jest.setTimeout(120_000);

const SECRET = 'c4nary-s3cret-value';

describe('The command line on a real replica', () => {
  let sample: string;
  let folder: string;
  /** TXIDs of three commits, and the moment between the second and the third. */
  let txids: number[];
  let between: string;

  beforeAll(async () => {
    sample = mkdtempSync(path.join(tmpdir(), 'cli-sample-'));
    const life = await startInFolder({
      database: path.join(sample, 'disk', 'app.db'),
      replica: path.join(sample, 'app.db.replica'),
    });
    txids = [await life.store("CREATE TABLE t (x); INSERT INTO t VALUES ('first')")];
    txids.push(await life.store("INSERT INTO t VALUES ('second')"));
    // Entries carry milliseconds.
    await new Promise((resolve) => setTimeout(resolve, 5));
    between = new Date().toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    txids.push(await life.store("INSERT INTO t VALUES ('third')"));
    await life.end();
    rmSync(path.join(sample, 'disk'), { recursive: true });
  });
  afterAll(() => rmSync(sample, { recursive: true, force: true }));

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'cli-'));
    cpSync(sample, path.join(folder, 'volume'), { recursive: true, preserveTimestamps: true });
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const file = (...names: string[]): string => path.join(folder, ...names);
  const cli = (...args: string[]): Promise<CliEnd> =>
    runCli(args, {
      cwd: folder,
      env: {
        NETWORK_DB_PATH: file('volume', 'app.db'),
        PERSISTENCE_ADMIN_TOKEN: SECRET,
        AWS_SECRET_ACCESS_KEY: SECRET,
      },
    });
  const json = (end: CliEnd): Record<string, unknown> =>
    JSON.parse(end.stdout) as Record<string, unknown>;
  const texts = (name: string): unknown[] => {
    const database = new Database(file(name), { readonly: true });
    try {
      return database.prepare('SELECT x FROM t ORDER BY rowid').pluck().all();
    } finally {
      database.close();
    }
  };
  /** Folders aside: a directory store keeps them. */
  const objects = (): [string, string][] =>
    Object.entries(hashFolder(file('volume'))).filter(([, hash]) => hash !== 'folder');
  const entry = (txid: number): string => {
    const hex = txid.toString(16).padStart(16, '0');
    return file('volume', 'app.db.replica', 'ltx', '0', `${hex}-${hex}.ltx`);
  };

  it('restores the newest state, and says so on the standard output alone', async () => {
    const end = await cli('restore');
    expect(end).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^Restoring TXID 5: .*\n$/) as string,
    });
    expect(end.stdout).toMatch(/^Restored TXID 5 of .* into .*restored-app\.db: .*checked\.\n$/);
    expect(texts('restored-app.db')).toEqual(['first', 'second', 'third']);
  });

  it('restores a moment, a TXID, and never over a file', async () => {
    expect(json(await cli('restore', '--json', '--at', between, '--to', 'a.db'))).toMatchObject({
      ok: true,
      txid: txids[1],
      path: file('a.db'),
      time: expect.stringMatching(/^20.*Z$/) as string,
    });
    expect(texts('a.db')).toEqual(['first', 'second']);
    const again = await cli('restore', '--txid', String(txids[0]), '--to', 'a.db');
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/^RESTORE_TARGET_EXISTS: .*\n .*--force/);
    expect(texts('a.db')).toEqual(['first', 'second']);

    const forced = json(
      await cli('restore', '--json', '--force', '--txid', String(txids[0]), '--to', 'a.db'),
    );
    expect(texts('a.db')).toEqual(['first']);
    expect(texts(path.basename(String(forced['setAside'])))).toEqual(['first', 'second']);
  });

  it('does not move away, by force, what an app has open', async () => {
    mkdirSync(file('disk'));
    const life = await startInFolder({
      database: file('disk', 'app.db'),
      replica: file('other.replica'),
    });
    await life.store('CREATE TABLE mine (x)');
    const end = await cli('restore', '--force', '--to', path.join('disk', 'app.db'));
    expect(end).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('DATABASE_IN_USE') as string,
    });
    expect(life.app.prepare('SELECT count(*) FROM mine').pluck().get()).toBe(0);
    await life.end();
  });

  it('lists restore points, newest first, in pages', async () => {
    const first = json(await cli('restore-points', '--json', '--limit', '2'))['points'] as {
      txid: number;
      time: string;
    }[];
    expect(first.map(({ txid }) => txid)).toEqual([5, 4]);
    const next = json(await cli('restore-points', '--json', '--to', first[1]!.time));
    expect((next['points'] as { txid: number }[]).map(({ txid }) => txid)).toEqual([3, 2, 1]);
    const people = await cli('restore-points', '--limit', '1');
    expect(people.stdout).toMatch(/^20.*Z {2}TXID 5 {2}entry\nOlder ones: --to 20.*Z\n$/);
  });

  it('says what the store holds, and changes nothing in it', async () => {
    const before = hashFolder(file('volume'));
    expect(json(await cli('status', '--json'))).toMatchObject({
      ok: true,
      store: 'a folder',
      application: 'test',
      head: { txid: 5, kind: 'release', released: true },
      levels: [{ level: 0, files: 5 }],
      backup: null,
      problem: null,
    });
    expect((await cli('status')).stdout).toMatch(
      /^Store: .*\nDatabase: .*\nNewest: {4}TXID 5 \(.* ago\)/,
    );
    expect((await cli('verify')).code).toBe(0);
    expect(hashFolder(file('volume'))).toEqual(before);
  });

  it('writes nothing to the folder of the store, not even a folder of its own', async () => {
    writeFileSync(file('volume', 'app.db'), 'something else');
    for (const tmp of [file('volume', 'app.db.replica', '.tmp'), file('volume', '.tmp')]) {
      rmSync(tmp, { recursive: true, force: true });
    }
    const before = hashFolder(file('volume'));
    const ends = await Promise.all([
      cli('status', '--json'),
      cli('restore'),
      cli('restore', '--emergency', '--to', 'e.db'),
      cli('restore-points'),
      cli('backup', '--to', 'b.db'),
      cli('verify'),
    ]);
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    expect(json(ends[0]!)).toMatchObject({ backup: { key: 'app.db', txid: null } });
    expect(hashFolder(file('volume'))).toEqual(before);
  });

  it('writes a plain file that opens in a folder that cannot be written to', async () => {
    expect(await cli('backup', '--to', 'plain.db')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^Backup written: TXID 5 of .*plain\.db/) as string,
    });
    // No write-ahead log: bytes 18 and 19 of the header.
    expect([...readFileSync(file('plain.db')).subarray(18, 20)]).toEqual([1, 1]);
    expect(texts('plain.db')).toEqual(['first', 'second', 'third']);
    expect(readdirSync(folder).sort()).toEqual(['plain.db', 'volume']);
    expect((await cli('backup')).code).toBe(2);
  });

  it('finds what is damaged, names it and the points it costs, and ends with 1', async () => {
    const key = entry(txids[1]!);
    const bytes = readFileSync(key);
    bytes[bytes.length - 20]! ^= 1;
    writeFileSync(key, bytes);
    const end = await cli('verify', '--json', '--full');
    expect(end.code).toBe(1);
    expect(json(end)).toMatchObject({
      ok: false,
      damaged: [{ key: `ltx/0/${path.basename(key)}` }],
      lostPoints: [3, 4, 5],
      newest: null,
      error: { code: 'REPLICA_CORRUPT' },
    });

    const failed = await cli('restore', '--to', 'r.db');
    expect(failed.code).toBe(1);
    expect(existsSync(file('r.db'))).toBe(false);
    // The command of the hint, run as it is printed.
    const command = /`npx nestjs-persistence ([^`]*)`/.exec(failed.stderr)![1]!;
    expect(await cli(...command.split(' '))).toMatchObject({ code: 0 });
    expect(texts('rescued.db')).toEqual(['first']);

    const emergency = json(await cli('restore', '--json', '--emergency', '--to', 'e.db'));
    expect(emergency).toMatchObject({
      ok: true,
      txid: txids[0],
      lost: { fromTxid: 3, toTxid: 5, files: 3 },
      leftOut: [{ key: `ltx/0/${path.basename(key)}` }],
    });
    expect(texts('e.db')).toEqual(['first']);
  });

  it('checks host and store, and leaves nothing behind', async () => {
    const before = objects();
    const end = await cli('doctor', '--json');
    const checks = json(end)['checks'] as { name: string; state: string }[];
    expect(end.code).toBe(0);
    expect(checks.map(({ name }) => name)).toEqual([
      'node',
      'sqlite',
      'better-sqlite3',
      'settings',
      'local folder',
      'free disk',
      'store',
      'latency',
      'clock',
      'conditions',
    ]);
    expect(objects()).toEqual(before);
  });

  it('tells a store that is not there from an empty one, and creates neither', async () => {
    const away = await runCli(['status'], {
      cwd: folder,
      env: { NETWORK_DB_PATH: file('away', 'app.db') },
    });
    expect(away).toMatchObject({ code: 1, stdout: '' });
    expect(away.stderr).toMatch(/RESTORE_POINT_UNKNOWN: There is no replica/);
    expect(existsSync(file('away'))).toBe(false);
    const none = await runCli(['status', '--json'], { cwd: folder });
    expect(none.code).toBe(1);
    expect(json(none)).toMatchObject({ ok: false, error: { code: 'STORE_NOT_CONFIGURED' } });
    expect((await runCli(['doctor'], { cwd: folder })).stdout).toMatch(
      /FAIL {2}settings: no variable names a store/,
    );
  });

  it('takes the folder of the replica itself, and variables of a file', async () => {
    const named = await runCli(
      ['restore', '--replica', `file://${file('volume', 'app.db.replica')}`],
      { cwd: folder },
    );
    expect(named.code).toBe(0);
    writeFileSync(file('prod.env'), `NETWORK_DB_PATH=${file('volume', 'app.db')}\n`);
    const read = await runCli(['status', '--env', 'prod.env'], { cwd: folder });
    expect(read).toMatchObject({ code: 0, stderr: 'Variables of prod.env count too.\n' });
    const absent = await runCli(['status', '--env', 'absent.env'], { cwd: folder });
    expect(absent).toMatchObject({ code: 1, stdout: '' });
    expect(absent.stderr).toMatch(/^OPTION_INVALID: .*absent\.env cannot be read/);
  });

  it('goes by --replica alone, and says what is no replica', async () => {
    const at = (replica: string): Promise<CliEnd> =>
      runCli(['status', '--replica', replica], {
        cwd: folder,
        env: { S3_ENDPOINT: 'https://s3.example.com', DATABASE_PATH: file('volume', 'app.db') },
      });
    expect(await at(file('volume', 'app.db.replica'))).toMatchObject({ code: 0, stderr: '' });
    mkdirSync(file('other.db.replica'));
    writeFileSync(file('file.db.replica'), '');
    const wrong = [
      ['other.db.replica', /RESTORE_POINT_UNKNOWN: .*neither ltx\/ nor replica\.json/],
      ['file.db.replica', /RESTORE_POINT_UNKNOWN: .* is a file/],
      ['absent.db.replica', /RESTORE_POINT_UNKNOWN: .* does not exist[^]*Name the folder/],
    ] as const;
    for (const [name, said] of wrong) {
      const end = await at(file(name));
      expect(end).toMatchObject({ code: 1, stdout: '' });
      expect(end.stderr).toMatch(said);
    }
    expect(readdirSync(file('other.db.replica'))).toEqual([]);
  });

  it('ends with 2 where the command line is wrong, and says what is', async () => {
    const wrong = [
      [['restore', '--at', 'yesterday'], '--at'],
      [['restore', '--at', '2026-11-21', '--txid', '3'], 'cannot be used'],
      [['restore', '--txid', '0'], 'whole number'],
      [['restore-points', '--limit', '1001'], 'at most 1000'],
      [['status', '-d', 'Bad Name'], 'lower-case'],
      [['status', 'now'], 'too many arguments'],
      [['statsu'], 'Did you mean status'],
    ] as const;
    const ends = await Promise.all(wrong.map(([args]) => cli(...args)));
    for (const [n, [, said]] of wrong.entries()) {
      expect(ends[n]).toMatchObject({ code: 2, stdout: '' });
      expect(ends[n]!.stderr).toContain(said);
    }
  });

  it('says of a folder that is missing, before anything is read', async () => {
    const ends = await Promise.all([
      cli('restore', '--to', 'nodir/x.db'),
      cli('verify', '--tmp', 'nodir'),
    ]);
    for (const end of ends) {
      expect(end).toMatchObject({ code: 1, stdout: '' });
      expect(end.stderr).toMatch(/^OPTION_INVALID: The folder .*nodir does not exist/);
    }
  });

  it('says in JSON too that the command line is wrong', async () => {
    const end = await cli('restore', '--json', '--txid', 'x');
    expect(end.code).toBe(2);
    expect(json(end)).toMatchObject({ ok: false, error: { code: 'USAGE' } });
  });

  it('shows no stack unless it is asked, and never a secret', async () => {
    const plain = await cli('restore', '--txid', '99');
    expect(plain.stderr).not.toMatch(/^\s+at /m);
    const debug = await cli('restore', '--txid', '99', '--debug');
    expect(debug.stderr).toMatch(/^\s+at /m);
    const told = await cli('restore', '--to', path.join('no', SECRET, 'x.db'), '--debug', '--json');
    expect(told.code).toBe(1);
    expect(told.stdout + told.stderr).not.toContain(SECRET);
  });

  it('explains itself', async () => {
    const help = await cli('--help');
    expect(help.code).toBe(0);
    for (const name of ['status', 'restore', 'restore-points', 'backup', 'verify', 'doctor']) {
      expect(help.stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    }
    expect((await cli('restore', '--help')).stdout).toMatch(/Examples:[^]*Exit codes: 0 done/);
    expect((await cli('--version')).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
