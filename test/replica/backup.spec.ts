import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createSqliteEngine } from '../../libs/engine';
import { isOpenElsewhere } from '../../libs/persistence/backup/open-elsewhere';
import { ScratchFolder } from '../../libs/persistence/backup/scratch-folder';
import { Backup, type BackupEvent, type BackupTarget } from '../../libs/replica';
import { DirectoryStore, MemoryStore, prefixed, readBody } from '../../libs/storage';
import type { ObjectStore } from '../../libs/storage/object-store';
import { FaultyObjectStore, ManualClock, TestProcess } from '../../libs/testing';
import { InProcess } from './in-process';
import { inOtherProcess } from './other-process';
import { makePlaces, type Places } from './places';

const DAY_MS = 86_400_000;

describe('the plain backup beside the replica', () => {
  let places: Places;
  let memory: MemoryStore;
  let faulty: FaultyObjectStore;
  let lives: InProcess[];
  let clock: ManualClock;

  beforeEach(() => {
    places = makePlaces();
    mkdirSync(places.root, { recursive: true });
    clock = new ManualClock(Date.now());
    memory = new MemoryStore({ now: () => clock.now() });
    faulty = new FaultyObjectStore(memory);
    lives = [];
  });

  afterEach(async () => {
    faulty.heal();
    for (const life of lives) await life.stop();
    places.remove();
  });

  async function live(
    disk = 'disk',
    store: ObjectStore = faulty,
    target: BackupTarget = { store, key: 'app.db' },
    inUse?: () => Promise<boolean>,
  ) {
    const folder = join(places.root, disk);
    mkdirSync(folder, { recursive: true });
    const replicaStore = prefixed(store, 'app.db.replica');
    const life = new InProcess({ folder, store: replicaStore });
    lives.push(life);
    await life.start();
    const events: BackupEvent[] = [];
    const backup = new Backup({
      replica: life.replica,
      store: replicaStore,
      target: () => Promise.resolve(target),
      inUse,
      scratch: new ScratchFolder(life.path, (path) => createSqliteEngine({ path })),
      clock,
      settings: { backupKeepCount: 2, backupKeepMs: 2 * DAY_MS },
      onEvent: (event) => events.push(event),
    });
    return { life, backup, events, folder };
  }

  async function download(store: ObjectStore = memory, key = 'app.db'): Promise<string> {
    const file = join(places.root, `download-${readdirSync(places.root).length}.db`);
    writeFileSync(file, await readBody(await store.get(key), 1e8));
    return file;
  }

  function rows(file: string): unknown[] {
    const copy = new Database(file, { readonly: true });
    try {
      expect(copy.pragma('integrity_check', { simple: true })).toBe('ok');
      expect(copy.pragma('journal_mode', { simple: true })).toBe('delete');
      return copy.prepare('SELECT a FROM t ORDER BY a').pluck().all();
    } finally {
      copy.close();
    }
  }

  const keys = async (prefix = '') => {
    const found: string[] = [];
    for await (const { key } of memory.list(prefix))
      if (!key.startsWith('app.db.replica/')) found.push(key);
    return found;
  };

  it('holds everything committed before the call, opens without write access, and leaves nothing on the disk', async () => {
    const { life, backup, folder } = await live();
    life.db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)');
    const result = await backup.run();
    expect(result).toMatchObject({ key: 'app.db', txid: expect.any(Number) });
    expect(result.skipped).toBeUndefined();
    const file = await download();
    expect(readFileSync(file).length).toBe(result.bytes);
    expect(rows(file)).toEqual([1, 2]);
    expect(readdirSync(folder).filter((name) => name.includes('backup'))).toEqual([]);
    expect(backup.status()).toMatchObject({
      last: { key: 'app.db', txid: result.txid, bytes: result.bytes },
      error: null,
      verify: { outcome: 'verified', txid: result.txid },
    });
  });

  it('opens with the sqlite3 command', async () => {
    const version = (() => {
      try {
        return execFileSync('sqlite3', ['--version'], { encoding: 'utf8' });
      } catch {
        return null;
      }
    })();
    if (version === null) return console.warn('SKIPPED: there is no sqlite3 command here.');
    const { life, backup } = await live();
    life.db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (41), (42)');
    await backup.run();
    const file = await download();
    const answer = execFileSync('sqlite3', [file, 'SELECT count(*), max(a) FROM t']);
    expect(answer.toString().trim()).toBe('2|42');
  });

  it('is skipped when nothing has changed: by what this life knows at no request, else by two looks', async () => {
    const { life, backup } = await live();
    life.db.exec('CREATE TABLE t (a)');
    const { txid } = await backup.run();
    faulty.calls.length = 0;
    expect(await backup.run({ trusting: true })).toMatchObject({ txid, skipped: 'unchanged' });
    expect(faulty.calls).toEqual([]);
    expect(await backup.run()).toMatchObject({ txid, skipped: 'unchanged' });
    expect(faulty.calls).toEqual([
      { operation: 'head', key: 'app.db' },
      { operation: 'get', key: 'app.db.replica/replica.json' },
    ]);
    life.db.exec('INSERT INTO t VALUES (1)');
    expect((await backup.run({ trusting: true })).txid).toBeGreaterThan(txid);
    expect(rows(await download())).toEqual([1]);
  });

  it('is skipped after a restart that changed nothing, and made after one that did', async () => {
    const first = await live();
    first.life.db.exec('CREATE TABLE t (a)');
    const { txid } = await first.backup.run();
    await first.life.stop();
    const second = await live();
    expect(await second.backup.run({ trusting: true })).toMatchObject({
      txid,
      skipped: 'unchanged',
    });
    expect(second.backup.status().last).toMatchObject({ txid, durationMs: null });
    second.life.db.exec('INSERT INTO t VALUES (1)');
    await second.life.stop();
    const third = await live();
    expect((await third.backup.run({ trusting: true })).skipped).toBeUndefined();
    expect(rows(await download())).toEqual([1]);
  });

  it('is made again where somebody removed it, whatever this life remembers', async () => {
    const { life, backup } = await live();
    life.db.exec('CREATE TABLE t (a)');
    await backup.run();
    await memory.deleteMany(['app.db']);
    expect((await backup.run()).skipped).toBeUndefined();
    expect(rows(await download())).toEqual([]);
  });

  it('keeps a file that is not ours before it writes over it', async () => {
    const { life, backup, events } = await live();
    const upload = Buffer.from('a file of the user');
    await memory.put('app.db', upload, { mode: 'create' });
    life.db.exec('CREATE TABLE t (a)');
    await backup.run();
    expect((await readBody(await memory.get('app.before-adoption.db'), 100)).equals(upload)).toBe(
      true,
    );
    expect(events).toContainEqual({
      type: 'backup-foreign',
      key: 'app.db',
      keptAs: 'app.before-adoption.db',
    });
    // Somebody uploads once more: that is kept as well, and the first one is not touched.
    await memory.put('app.db', Buffer.from('another'), { mode: 'overwrite' });
    await backup.run();
    expect(await keys()).toEqual(
      expect.arrayContaining(['app.before-adoption-2.db', 'app.before-adoption.db', 'app.db']),
    );
    expect((await memory.head('app.before-adoption.db')).size).toBe(upload.length);
    expect(rows(await download())).toEqual([]);
  });

  describe('where a database file of another program stands', () => {
    let network: string;
    let theirs: string;
    let others: OtherProgram[];
    beforeEach(() => {
      network = join(places.root, 'network');
      theirs = join(network, 'app.db');
      mkdirSync(network);
      others = [];
    });
    afterEach(async () => {
      for (const other of others) await other.end();
    });

    const begin = "db.pragma('journal_mode = WAL'); db.exec('CREATE TABLE old (b)');";
    const old = (file: string): unknown[] => {
      const kept = new Database(file);
      try {
        return kept.prepare('SELECT b FROM old ORDER BY b').pluck().all();
      } finally {
        kept.close();
      }
    };

    async function otherProgram(): Promise<OtherProgram> {
      const other = new OtherProgram(places.root, theirs);
      others.push(other);
      await other.run(
        'PRAGMA journal_mode = WAL; CREATE TABLE old (b); INSERT INTO old VALUES (7)',
      );
      return other;
    }

    async function beside() {
      const store = await DirectoryStore.open({ root: network });
      const inUse = () => isOpenElsewhere(theirs);
      const { life, backup } = await live('disk', faulty, { store, key: 'app.db' }, inUse);
      life.db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1)');
      return { store, backup };
    }

    it('keeps it with the log of a program that died, and removes the log that would corrupt ours', async () => {
      inOtherProcess(
        theirs,
        `${begin} db.exec('INSERT INTO old VALUES (7)'); process.kill(process.pid, 'SIGKILL')`,
        { killed: true },
      );
      expect(existsSync(`${theirs}-wal`)).toBe(true);
      const { backup } = await beside();
      await backup.run();
      expect(existsSync(`${theirs}-wal`)).toBe(false);
      expect(rows(theirs)).toEqual([1]);
      expect(old(join(network, 'app.before-adoption.db'))).toEqual([7]);
    });

    it('touches nothing while that program has it open, and takes its place when it is closed', async () => {
      const other = await otherProgram();
      const { backup } = await beside();
      const refused = { code: 'BACKUP_PLACE_TAKEN', hint: expect.stringContaining('Stop that') };
      await expect(backup.run()).rejects.toMatchObject(refused);
      await other.run('INSERT INTO old VALUES (8)');
      await expect(backup.run()).rejects.toMatchObject(refused);
      await other.run('INSERT INTO old VALUES (9)');
      expect(readdirSync(network).filter((name) => name.includes('before'))).toEqual([]);
      await other.end();
      await backup.run();
      expect(rows(theirs)).toEqual([1]);
      expect(old(join(network, 'app.before-adoption.db'))).toEqual([7, 8, 9]);
    });

    it('touches nothing where a commit came between the copies, also where it cannot be asked who has it open', async () => {
      const other = await otherProgram();
      const { store } = await beside();
      const { backup } = await live('disk-2', new MemoryStore(), { store, key: 'app.db' });
      const get = store.get.bind(store);
      jest.spyOn(store, 'get').mockImplementation(async (key, options) => {
        const object = await get(key, options);
        if (!key.endsWith('-wal')) return object;
        const bytes = await readBody(object, 1e8);
        await other.run('INSERT INTO old VALUES (8)');
        return { ...object, body: bodyOf(bytes) };
      });
      await expect(backup.run()).rejects.toMatchObject({
        code: 'BACKUP_PLACE_TAKEN',
        message: expect.stringContaining('app.db-wal was written'),
      });
      await other.run('INSERT INTO old VALUES (9)');
      await other.end();
      expect(old(theirs)).toEqual([7, 8, 9]);
    });

    it('touches nothing where that program came while its file was being kept', async () => {
      inOtherProcess(theirs, `${begin} db.exec('INSERT INTO old VALUES (7)')`);
      const { store, backup } = await beside();
      const put = store.put.bind(store);
      let other: OtherProgram | undefined;
      jest.spyOn(store, 'put').mockImplementation(async (key, body, options) => {
        const result = await put(key, body, options);
        if (key === 'app.before-adoption.db') {
          other = new OtherProgram(places.root, theirs);
          others.push(other);
          await other.run('INSERT INTO old VALUES (8)');
        }
        return result;
      });
      await expect(backup.run()).rejects.toMatchObject({ code: 'BACKUP_PLACE_TAKEN' });
      await other!.end();
      expect(old(theirs)).toEqual([7, 8]);
    });
  });

  it('never replaces the backup of a successor', async () => {
    const old = await live('old');
    old.life.db.exec('CREATE TABLE t (a)');
    await old.life.replica.flush();
    const successor = await live('new');
    successor.life.db.exec('INSERT INTO t VALUES (1)');
    const { txid } = await successor.backup.run();
    const before = await memory.head('app.db');
    await expect(old.backup.run()).rejects.toMatchObject({ code: 'REPLICA_FENCED' });
    expect(await memory.head('app.db')).toEqual(before);
    expect(readBackupTxid(before.metadata)).toBe(txid);
  });

  it('is one at a time: a second caller gets the outcome of the first', async () => {
    const { life, backup } = await live();
    life.db.exec('CREATE TABLE t (a)');
    const [a, b] = await Promise.all([backup.run(), backup.run()]);
    expect(a).toBe(b);
    const puts = faulty.calls.filter(
      ({ operation, key }) => operation === 'put' && key === 'app.db',
    );
    expect(puts).toHaveLength(1);
  });

  it('finds out by comparing what became of a write whose answer was lost', async () => {
    const { life, backup } = await live();
    life.db.exec('CREATE TABLE t (a)');
    const isBackup = (call: { operation: string; key: string }) =>
      call.operation === 'put' && call.key === 'app.db';
    faulty.inject({ fault: { kind: 'lose-answer' }, when: isBackup });
    expect((await backup.run()).skipped).toBeUndefined();
    life.db.exec('INSERT INTO t VALUES (1)');
    faulty.inject({ fault: { kind: 'lose-answer', error: 'Timeout' }, when: isBackup });
    await backup.run();
    expect(faulty.calls.filter(isBackup)).toHaveLength(2);
    expect(rows(await download())).toEqual([1]);
  });

  it('replaces nothing that came between its look and its write', async () => {
    const { life, backup } = await live();
    life.db.exec('CREATE TABLE t (a)');
    await backup.run();
    life.db.exec('INSERT INTO t VALUES (1)');
    const put = memory.put.bind(memory);
    let uploaded = false;
    jest.spyOn(memory, 'put').mockImplementation(async (key, body, options) => {
      if (key === 'app.db' && !uploaded) {
        uploaded = true;
        await put('app.db', Buffer.from('an upload'), { mode: 'overwrite' });
      }
      return put(key, body, options);
    });
    await backup.run();
    expect(await keys()).toContain('app.before-adoption.db');
    expect(rows(await download())).toEqual([1]);
  });

  it('tells the store’s failure by code, keeps the last backup, and recovers', async () => {
    const { life, backup, events } = await live();
    life.db.exec('CREATE TABLE t (a)');
    const { txid } = await backup.run();
    life.db.exec('INSERT INTO t VALUES (1)');
    faulty.inject({
      fault: { kind: 'fail', error: 'PermissionDenied' },
      when: ({ operation, key }) => operation === 'put' && key === 'app.db',
    });
    await expect(backup.run()).rejects.toMatchObject({ code: 'STORE_DENIED', key: 'app.db' });
    expect(backup.status()).toMatchObject({ last: { txid }, error: { code: 'STORE_DENIED' } });
    expect((await backup.run()).txid).toBeGreaterThan(txid);
    expect(backup.status().error).toBeNull();
    expect(events.map(({ type }) => type).filter((type) => type !== 'backup-progress')).toEqual([
      'backup-stored',
      'backup-failed',
      'backup-stored',
      'backup-recovered',
    ]);
  });

  it('says that the replica does not restore where an object of it is damaged', async () => {
    const { life, backup } = await live();
    await life.store('CREATE TABLE t (a)');
    const txid = await life.store('INSERT INTO t VALUES (1)');
    const key = `app.db.replica/ltx/0/${name(txid)}-${name(txid)}.ltx`;
    const bytes = await readBody(await memory.get(key), 1e6);
    bytes[bytes.length - 1]! ^= 1;
    await memory.put(key, bytes, { mode: 'overwrite' });
    await expect(backup.run()).rejects.toMatchObject({ code: 'REPLICA_CORRUPT' });
    expect(backup.status().verify).toMatchObject({ outcome: 'failed', txid: null });
    expect(await keys()).toEqual([]);
  });

  it('keeps dated copies, by count and age, and touches nothing else in their folder', async () => {
    const { life, backup } = await live();
    await memory.put('app.db.backups/mine.db', Buffer.from('mine'), { mode: 'create' });
    life.db.exec('CREATE TABLE t (a)');
    for (let day = 0; day < 4; day++) {
      life.db.exec(`INSERT INTO t VALUES (${day})`);
      await backup.run();
      // Within the day no further copy is made.
      life.db.exec(`INSERT INTO t VALUES (${day + 0.5})`);
      await backup.run();
      await clock.advance(DAY_MS);
    }
    const dated = await keys('app.db.backups/2');
    expect(dated).toHaveLength(2);
    expect(rows(await download(memory, dated[0]))).toEqual([0, 0.5, 1, 1.5, 2]);
    expect(await keys('app.db.backups/m')).toEqual(['app.db.backups/mine.db']);
  });

  it('takes the age of its dated copies from the store: a host whose clock is wrong ends no history', async () => {
    const { life, backup } = await live();
    life.db.exec('CREATE TABLE t (a)');
    await backup.run();
    const [first] = await keys('app.db.backups/');
    const wrong = new ManualClock(clock.now() + 30 * DAY_MS);
    const other = new Backup({
      replica: life.replica,
      store: prefixed(memory, 'app.db.replica'),
      target: () => Promise.resolve({ store: memory, key: 'app.db' }),
      scratch: new ScratchFolder(life.path, (path) => createSqliteEngine({ path })),
      clock: wrong,
      settings: { backupKeepCount: 2, backupKeepMs: 2 * DAY_MS },
    });
    for (let a = 1; a <= 3; a++) {
      life.db.exec(`INSERT INTO t VALUES (${a})`);
      await other.run();
    }
    expect(await keys('app.db.backups/')).toEqual([first]);
    expect(rows(await download())).toEqual([1, 2, 3]);
  });

  it('deletes no dated copy of another database', async () => {
    const { life, backup } = await live();
    const theirs = datedName(clock.now() - 9 * DAY_MS);
    await memory.put(theirs, Buffer.from('theirs'), { mode: 'create' });
    const ours = datedName(clock.now() - 8 * DAY_MS);
    life.db.exec('CREATE TABLE t (a)');
    await backup.run();
    const { metadata } = await memory.head('app.db');
    const earlier = { ...metadata, lineage: 'f'.repeat(32) };
    await memory.put(ours, Buffer.from('ours'), { mode: 'create', metadata: earlier });
    for (let a = 1; a <= 2; a++) {
      await clock.advance(DAY_MS);
      life.db.exec(`INSERT INTO t VALUES (${a})`);
      await backup.run();
    }
    const left = await keys('app.db.backups/');
    expect(left).toContain(theirs);
    expect(left).not.toContain(ours);
    expect(left).toHaveLength(3);
  });

  it('is given up when the app closes, whatever the store is doing', async () => {
    const { life, backup, folder } = await live();
    await life.store('CREATE TABLE t (a)');
    faulty.inject({ fault: { kind: 'silence' }, when: ({ operation }) => operation === 'list' });
    const outcome = backup.run().catch((error: unknown) => error);
    while (!faulty.calls.some(({ operation }) => operation === 'list'))
      await new Promise(setImmediate);
    await backup.stop();
    expect(await outcome).toMatchObject({ code: 'SHUTTING_DOWN' });
    await expect(backup.run()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
    expect(readdirSync(folder).filter((name) => name.includes('backup'))).toEqual([]);
  });

  it('does not keep a closing app waiting for a flush that cannot end', async () => {
    const { life, backup } = await live();
    await life.store('CREATE TABLE t (a)');
    faulty.inject({ fault: { kind: 'silence' }, when: ({ operation }) => operation === 'put' });
    life.db.exec('INSERT INTO t VALUES (1)');
    const before = faulty.calls.length;
    const outcome = backup.run().catch((error: unknown) => error);
    while (!faulty.calls.slice(before).some(({ operation }) => operation === 'put'))
      await new Promise(setImmediate);
    await backup.stop();
    expect(await outcome).toMatchObject({ code: 'SHUTTING_DOWN' });
    expect(life.replica.status().lag.commits).toBeGreaterThan(0);
  });

  describe('of a replica that somebody deletes under the app', () => {
    async function deleted({ whole }: { whole: boolean }) {
      const { life, backup } = await live();
      await life.store('CREATE TABLE t (a)');
      for (let a = 1; a <= 5; a++) await life.store(`INSERT INTO t VALUES (${a})`);
      const before = await backup.run();
      const doomed: string[] = [];
      for await (const { key } of memory.list(whole ? '' : 'app.db.replica/')) doomed.push(key);
      await memory.deleteMany(doomed);
      faulty.inject({
        fault: { kind: 'fail', error: 'Rejected' },
        when: ({ operation, key }) => operation === 'put' && key.includes('/ltx/0/'),
      });
      const txid = await life.store('INSERT INTO t VALUES (6)');
      expect(life.events.map(({ type }) => type)).toContain('history-lost');
      expect(txid).toBeLessThan(before.txid);
      return { life, backup, txid };
    }
    const lineage = async (): Promise<string> => {
      const bytes = await readBody(await memory.get('app.db.replica/replica.json'), 10_000);
      return (JSON.parse(bytes.toString()) as { lineage: string }).lineage;
    };

    it.each([{ whole: true }, { whole: false }])(
      'is made anew of the new history, under its name, and taken for ours by the next life (whole: $whole)',
      async ({ whole }) => {
        const { life, backup, txid } = await deleted({ whole });
        await backup.startOver();
        expect(backup.status()).toMatchObject({ last: null, currentAt: null });
        const made = await backup.run({ trusting: true });
        expect(made).toMatchObject({ txid });
        expect(made.skipped).toBeUndefined();
        const { metadata } = await memory.head('app.db');
        expect(metadata).toMatchObject({ lineage: await lineage() });
        expect(rows(await download())).toEqual([1, 2, 3, 4, 5, 6]);
        // What had been saved of the lost history is the only thing left of it.
        expect((await keys()).includes('app.before-adoption.db')).toBe(!whole);
        await life.stop();
        const next = await live();
        expect(await next.backup.run()).toMatchObject({ txid, skipped: 'unchanged' });
      },
    );

    it('is never said to hold a state that the store has not reached, also by a life that was not told', async () => {
      const { backup, txid } = await deleted({ whole: false });
      expect(await backup.run({ trusting: true })).toEqual(expect.objectContaining({ txid }));
      expect((await memory.head('app.db')).metadata).toMatchObject({ lineage: await lineage() });
    });

    it('is given up where it is under way, and the next one goes on', async () => {
      const { life, backup } = await live();
      await life.store('CREATE TABLE t (a)');
      faulty.inject({ fault: { kind: 'silence' }, when: ({ operation }) => operation === 'list' });
      const outcome = backup.run().catch((error: unknown) => error);
      while (!faulty.calls.some(({ operation }) => operation === 'list'))
        await new Promise(setImmediate);
      await backup.startOver();
      expect(await outcome).toMatchObject({ code: 'REPLICA_MISSING' });
      faulty.heal();
      expect((await backup.run()).skipped).toBeUndefined();
    });

    it('is not stored under the name of another history that took its place meanwhile', async () => {
      const { life, backup } = await live();
      await life.store('CREATE TABLE t (a)');
      const get = memory.get.bind(memory);
      let asked = 0;
      jest.spyOn(memory, 'get').mockImplementation(async (key, options) => {
        if (key !== 'app.db.replica/replica.json' || ++asked === 1) return get(key, options);
        const other = JSON.parse((await readBody(await get(key), 10_000)).toString()) as object;
        const bytes = Buffer.from(JSON.stringify({ ...other, lineage: 'f'.repeat(32) }));
        await memory.put(key, bytes, { mode: 'overwrite' });
        return get(key, options);
      });
      await expect(backup.run()).rejects.toMatchObject({ code: 'REPLICA_MISSING' });
      expect(await keys()).toEqual([]);
    });
  });

  it('begins a new replica: nothing is lost on the way back', async () => {
    const { life, backup } = await live();
    life.db.exec('CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)');
    await backup.run();
    const folder = join(places.root, 'moved');
    mkdirSync(folder);
    writeFileSync(join(folder, 'app.db'), readFileSync(await download()));
    const moved = new InProcess({ folder, store: new MemoryStore() });
    lives.push(await moved.start());
    expect(moved.db.prepare('SELECT a FROM t ORDER BY a').pluck().all()).toEqual([1, 2]);
    await moved.store('INSERT INTO t VALUES (3)');
  });
});

/** Another process that has a database file open and executes what it is told. */
class OtherProgram {
  private readonly process: TestProcess;

  constructor(folder: string, database: string) {
    const sqlite = JSON.stringify(require.resolve('better-sqlite3'));
    const script = join(folder, 'other-program.cjs');
    writeFileSync(
      script,
      `const db = new (require(${sqlite}))(process.argv[2], { timeout: 5_000 });
      require('node:readline').createInterface({ input: process.stdin })
        .on('line', (sql) => {
          if (sql === 'end') { db.close(); process.exit(); }
          db.exec(sql);
          console.log('done');
        });`,
    );
    this.process = new TestProcess(script, { args: [database], env: { NODE_OPTIONS: '' } });
  }

  async run(sql: string): Promise<void> {
    this.process.send(sql);
    await this.process.line(/^done$/);
  }

  async end(): Promise<void> {
    this.process.send('end');
    await this.process.exited;
  }
}

async function* bodyOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const datedName = (time: number): string =>
  `app.db.backups/${new Date(time).toISOString().replaceAll(':', '-')}-${name(1)}.db`;
const name = (txid: number): string => txid.toString(16).padStart(16, '0');
const readBackupTxid = (metadata: Readonly<Record<string, string>>): number =>
  Number.parseInt(metadata['txid']!, 16);
