import { existsSync, statSync } from 'node:fs';
import { AppProcess, type Refused } from './app-process';
import { inOtherProcess } from './other-process';
import { makePlaces, type Places } from './places';

// Things that other code does to a live database, each of which has lost commits somewhere.

describe('What others do to the live file', () => {
  let places: Places;
  let app: AppProcess;
  beforeEach(async () => {
    places = makePlaces();
    ({ app } = await AppProcess.start(places));
    await app.store('CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)');
  });
  afterEach(async () => {
    await app.kill();
    places.remove();
  });

  /** Kills the app, wipes its disk, and counts what a new life finds. */
  const rowsAfterRedeploy = async (): Promise<number> => {
    await app.kill();
    places.wipeDisk();
    ({ app } = await AppProcess.start(places));
    return ((await app.all('SELECT count(*) n FROM t')) as { n: number }[])[0]!.n;
  };
  const other = (script: string): unknown => inOtherProcess(places.database, script);

  it('commits of another process are shipped like our own', async () => {
    other(`db.exec("INSERT INTO t (x) VALUES ('foreign')")`);
    await app.ask({ do: 'flush' });
    expect(await rowsAfterRedeploy()).toBe(1);
  });

  it('a commit of another process is found without anybody asking', async () => {
    const before = (await app.status()).durableTxid!;
    other(`db.exec("INSERT INTO t (x) VALUES ('foreign')")`);
    for (const until = Date.now() + 10_000; (await app.status()).durableTxid! <= before;) {
      if (Date.now() > until) throw new Error('never seen');
    }
    expect(await rowsAfterRedeploy()).toBe(1);
  });

  it('checkpoints of another process cannot take a commit past us', async () => {
    await app.exec(`INSERT INTO t (x) VALUES ('a')`);
    for (const mode of ['PASSIVE', 'FULL', 'RESTART', 'TRUNCATE']) {
      other(`db.pragma('busy_timeout = 0'); db.pragma('wal_checkpoint(${mode})')`);
      await app.exec(`INSERT INTO t (x) VALUES ('${mode}')`);
    }
    await app.ask({ do: 'flush' });
    expect(await rowsAfterRedeploy()).toBe(5);
  });

  it('opening and closing the file by node:fs drops our locks: the deleted log is noticed, and nothing is lost', async () => {
    await app.store(`INSERT INTO t (x) VALUES ('before')`);
    await app.ask({ do: 'touch' });
    other('db.prepare("SELECT count(*) FROM t").get(); db.close()');
    expect(existsSync(`${places.database}-wal`)).toBe(false);
    await app.store(`INSERT INTO t (x) VALUES ('after')`);
    for (
      const until = Date.now() + 10_000;
      !(await app.events()).warnings.join().includes('deleted under');
    ) {
      if (Date.now() > until) throw new Error('never noticed');
      await app.store(`UPDATE t SET x = 'again' WHERE x = 'again'; PRAGMA user_version = 1`);
    }
    expect(await rowsAfterRedeploy()).toBe(2);
  });

  it('a log restarted past our reader is noticed, and the whole database stored anew', async () => {
    await app.store(`INSERT INTO t (x) VALUES ('stored')`);
    await app.ask({ do: 'touch' });
    // Both commits go to the main file and the log begins anew, before we look.
    other(
      `db.exec("INSERT INTO t (x) VALUES ('unseen')"); db.pragma('wal_checkpoint(TRUNCATE)'); db.exec("INSERT INTO t (x) VALUES ('seen')")`,
    );
    await app.store(`INSERT INTO t (x) VALUES ('own')`);
    expect((await app.events()).warnings.join()).toMatch(
      /(restarted under a reader|the log was cut).*stored anew/,
    );
    expect(await rowsAfterRedeploy()).toBe(4);
  });

  it('a transaction that spills uncommitted pages and rolls back is never shipped', async () => {
    const size = (): number => statSync(`${places.database}-wal`).size;
    const before = size();
    await app.exec(`PRAGMA cache_size = 5; BEGIN`);
    await app.exec(
      `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 500) INSERT INTO t (x) SELECT hex(randomblob(500)) FROM s`,
    );
    expect(size()).toBeGreaterThan(before + 100_000);
    await app.ask({ do: 'flush' });
    await app.exec('ROLLBACK');
    await app.store(`INSERT INTO t (x) VALUES ('kept')`);
    expect(await rowsAfterRedeploy()).toBe(1);
  });

  it('VACUUM, and growth after it, come back exactly', async () => {
    const fill = `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 800) INSERT INTO t (x) SELECT hex(randomblob(300)) FROM s`;
    await app.store(fill);
    await app.store('DELETE FROM t WHERE id % 3 > 0');
    await app.store('VACUUM');
    await app.store(fill);
    const rows = await app.all('SELECT count(*) n, sum(length(x)) l FROM t');
    await app.kill();
    places.wipeDisk();
    ({ app } = await AppProcess.start(places));
    expect(await app.all('SELECT count(*) n, sum(length(x)) l FROM t')).toEqual(rows);
    expect(await app.all('PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
  });

  it('a commit that ends after this instance was superseded is refused, not acknowledged', async () => {
    await app.exec(`BEGIN; INSERT INTO t (x) VALUES ('late')`);
    const newcomer = await AppProcess.start({ ...places, database: `${places.root}/other/app.db` });
    try {
      await app.exec('COMMIT');
      const refused = await app.ask({ do: 'flush' }).catch((error: Refused) => error.data.code);
      expect(refused).toBe('REPLICA_FENCED');
      expect(await newcomer.app.all('SELECT count(*) n FROM t')).toEqual([{ n: 0 }]);
    } finally {
      await newcomer.app.kill();
    }
  });

  it('writers that never pause are shut out for a moment, and the log does not grow for ever', async () => {
    const write = `WITH RECURSIVE s(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM s WHERE i < 300) INSERT INTO t (x) SELECT hex(randomblob(1500)) FROM s`;
    for (let i = 0; i < 25; i++) await app.store(write);
    const [{ size }] = (await app.all(`SELECT count(*) * 300 AS size FROM t`)) as [
      { size: number },
    ];
    expect(size).toBeGreaterThan(0);
    expect(await rowsAfterRedeploy()).toBe(25 * 300);
  });
});
