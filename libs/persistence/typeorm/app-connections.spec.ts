import Database from 'better-sqlite3';
import { AppConnections } from './app-connections';

describe('the connections of the app', () => {
  let connection: Database.Database;
  let connections: AppConnections;
  let now: number;

  beforeEach(() => {
    now = 1_000;
    connection = new Database(':memory:');
    connection.exec('CREATE TABLE t (a)');
    connections = new AppConnections(() => now);
    connections.add(connection);
  });

  afterEach(() => connection.close());

  const rows = () => connection.prepare('SELECT count(*) FROM t').pluck().get();

  it('are idle when none is in a transaction', async () => {
    await connections.whenIdle(0);
    await new AppConnections(() => now).whenIdle(0);
    expect(connections.transactionAgeMs()).toBeNull();
  });

  it('tell how long a transaction has been open, counted from when it was seen', () => {
    connection.exec('BEGIN');
    connections.observe();
    now += 250;
    expect(connections.transactionAgeMs()).toBe(250);
    connection.exec('COMMIT');
    expect(connections.transactionAgeMs()).toBeNull();
    connection.exec('BEGIN');
    expect(connections.transactionAgeMs()).toBe(0);
  });

  it('let a waiter go when the transaction ends', async () => {
    connection.exec('BEGIN; INSERT INTO t VALUES (1)');
    let idle = false;
    const waiting = connections.whenIdle(30_000).then(() => (idle = true));
    await Promise.resolve();
    expect(idle).toBe(false);
    connection.exec('COMMIT');
    connections.observe();
    await waiting;
  });

  it('notice the end of a transaction also if nobody reports it', async () => {
    connection.exec('BEGIN');
    const waiting = connections.whenIdle(30_000);
    connection.exec('COMMIT');
    await waiting;
  });

  it('let a waiter go that a steady stream of transactions would starve: only those open at the call matter', async () => {
    const other = new Database(':memory:');
    connections.add(other);
    connection.exec('BEGIN');
    let idle = false;
    const waiting = connections.whenIdle(30_000).then(() => (idle = true));
    // At no moment is none open: the next one begins on the other connection before the last one ends.
    for (let i = 0, [ending, next] = [connection, other]; !idle && i < 100; i++) {
      next.exec('BEGIN');
      connections.observe();
      ending.exec('COMMIT');
      connections.observe();
      [ending, next] = [next, ending];
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(idle).toBe(true);
    await waiting;
    other.close();
  });

  it('do not let a waiter go with the end of a transaction while another of those it waits for is open', async () => {
    const other = new Database(':memory:');
    connections.add(other);
    connection.exec('BEGIN');
    other.exec('BEGIN');
    let idle = false;
    const waiting = connections.whenIdle(30_000).then(() => (idle = true));
    connection.exec('COMMIT; BEGIN');
    connections.observe();
    await new Promise((resolve) => setImmediate(resolve));
    expect(idle).toBe(false);
    connection.exec('COMMIT');
    other.exec('COMMIT');
    await waiting;
    other.close();
  });

  it('serve a thousand waiters with one timer and one poll', async () => {
    const timers = [jest.spyOn(global, 'setTimeout'), jest.spyOn(global, 'setInterval')];
    connection.exec('BEGIN');
    const waiting = Array.from({ length: 1_000 }, () => connections.whenIdle(30_000));
    expect(timers.map(({ mock }) => mock.calls.length)).toEqual([1, 1]);
    connection.exec('COMMIT');
    connections.observe();
    await Promise.all(waiting);
    for (const timer of timers) timer.mockRestore();
  });

  it('answer at once where the transaction is over its time already', async () => {
    connection.exec('BEGIN');
    connections.observe();
    now += 30_001;
    await expect(connections.whenIdle(30_000)).rejects.toMatchObject({
      code: 'TRANSACTION_OPEN',
      message: expect.stringContaining('for 30 s'),
    });
  });

  it('give up with TRANSACTION_OPEN when nobody ends it', async () => {
    connection.exec('BEGIN');
    await expect(connections.whenIdle(1)).rejects.toMatchObject({ code: 'TRANSACTION_OPEN' });
  });

  it('refuse writes from the moment they are told, and still read', async () => {
    connection.exec('INSERT INTO t VALUES (1)');
    expect(await connections.refuseWrites(0)).toBe(true);
    expect(() => connection.exec('INSERT INTO t VALUES (2)')).toThrow(
      expect.objectContaining({ code: 'SQLITE_READONLY' }),
    );
    expect(rows()).toBe(1);
  });

  it('refuse writes the moment an open transaction has ended, so that nothing slips in between', async () => {
    connection.exec('BEGIN; INSERT INTO t VALUES (1)');
    const refused = connections.refuseWrites(30_000);
    connection.exec('INSERT INTO t VALUES (2); COMMIT');
    connections.observe();
    expect(() => connection.exec('INSERT INTO t VALUES (3)')).toThrow('readonly');
    expect(await refused).toBe(true);
    expect(rows()).toBe(2);
  });

  it('roll back a transaction that does not end, so that its commit fails instead of being lost', async () => {
    connection.exec('BEGIN; INSERT INTO t VALUES (1)');
    expect(await connections.refuseWrites(1)).toBe(false);
    expect(() => connection.exec('COMMIT')).toThrow('no transaction is active');
    expect(rows()).toBe(0);
  });

  it('refuse writes on a connection that is opened afterwards', async () => {
    await connections.refuseWrites(0);
    const late = new Database(':memory:');
    connections.add(late);
    expect(() => late.exec('CREATE TABLE t (a)')).toThrow('readonly');
    late.close();
  });

  it('refuse writes also on a connection that was busy at the time', async () => {
    connection.exec('INSERT INTO t VALUES (1), (2)');
    const half = connection.prepare('SELECT a FROM t').iterate();
    half.next();
    await connections.refuseWrites(0);
    half.return?.();
    connections.observe();
    expect(() => connection.exec('INSERT INTO t VALUES (3)')).toThrow('readonly');
  });

  it('forget connections that were closed', async () => {
    const other = new Database(':memory:');
    connections.add(other);
    other.exec('BEGIN');
    other.close();
    await connections.whenIdle(0);
    expect(await connections.refuseWrites(0)).toBe(true);
  });
});
