import os from 'node:os';
import path from 'node:path';
import { memory } from '../storage/storage-choice';
import type { PersistenceOptions } from './persistence-options';
import { resolveSettings } from './settings';

function settings(variables: Record<string, string>, options: PersistenceOptions = {}) {
  return resolveSettings(options.name ?? 'app', options, (variable) => variables[variable]);
}

describe('settings', () => {
  it('without anything said: local only, in ./data', () => {
    expect(settings({})).toMatchObject({
      enabled: true,
      path: path.resolve('data/app.db'),
      pathIsTemporary: false,
      storage: { kind: 'none' },
      flushTimeoutMs: 10_000,
      shutdownTimeoutMs: 8_000,
      transactionMaxMs: 30_000,
      drainOnSignal: true,
    });
  });

  it('with a store: the file goes to the local disk of the host', () => {
    expect(settings({ NETWORK_DB_PATH: '/mnt/app.db' })).toMatchObject({
      path: path.join(os.tmpdir(), 'nestjs-persistence', 'nestjs-persistence-monorepo', 'app.db'),
      pathIsTemporary: true,
      storage: { kind: 'network-path', file: path.resolve('/mnt/app.db') },
    });
  });

  it('the option goes before the variable, the variable before the URL', () => {
    const all = { DATABASE_PATH: 'b.db', DATABASE_URL: 'file:./c.db' };
    expect(settings(all, { database: 'a.db' }).path).toBe(path.resolve('a.db'));
    expect(settings(all).path).toBe(path.resolve('b.db'));
    expect(settings({ DATABASE_URL: 'file:./c.db?mode=rw' }).path).toBe(path.resolve('c.db'));
  });

  it('a pace of confirming that no flush and no answer could outwait is refused, by both names', () => {
    for (const limit of ['flushTimeoutMs', 'confirmTimeoutMs']) {
      const options = { confirmIntervalMs: 500, [limit]: 500 };
      expect(() => settings({}, options)).toThrow(
        expect.objectContaining({
          code: 'OPTION_INVALID',
          message: expect.stringMatching(`confirmIntervalMs.*${limit}`),
        }),
      );
    }
    expect(settings({}, { confirmIntervalMs: 9_999 }).confirmIntervalMs).toBe(9_999);
  });

  it('an option that is undefined is as good as left out', () => {
    const given: PersistenceOptions = JSON.parse('{}');
    expect(settings({}, { ...given, flushTimeoutMs: undefined } as never).flushTimeoutMs).toBe(
      10_000,
    );
  });

  it('a named database has its own file and its own variables, and no other’s', () => {
    const variables = { NETWORK_DB_PATH: '/mnt/app.db', DATABASE_PATH_ORDERS_EU: 'o.db' };
    expect(settings(variables, { name: 'orders-eu' })).toMatchObject({
      name: 'orders-eu',
      path: path.resolve('o.db'),
      storage: { kind: 'none' },
    });
  });

  it('the factory may not rename the database', () => {
    expect(() => resolveSettings('app', { name: 'orders' }, () => undefined)).toThrow(
      expect.objectContaining({
        code: 'OPTION_INVALID',
        hint: expect.stringContaining("'orders'"),
      }),
    );
  });

  describe('switched off', () => {
    it.each(['false', '0', 'OFF'])(
      'by PERSISTENCE_ENABLED=%s: no store, whatever is configured',
      (value) => {
        const off = settings({ PERSISTENCE_ENABLED: value, S3_BUCKET: 'b' }, { name: 'orders' });
        expect(off).toMatchObject({ enabled: false, storage: { kind: 'none' } });
      },
    );

    it('by the option, which goes before the variable', () => {
      expect(settings({ PERSISTENCE_ENABLED: 'true' }, { enabled: false }).enabled).toBe(false);
      expect(settings({ PERSISTENCE_ENABLED: 'false' }, { enabled: true }).enabled).toBe(true);
    });

    it('a value that is neither is refused', () => {
      expect(() => settings({ PERSISTENCE_ENABLED: 'maybe' })).toThrow('PERSISTENCE_ENABLED');
    });

    it('may be in memory', () => {
      expect(settings({}, { enabled: false, database: ':memory:' }).path).toBe(':memory:');
    });
  });

  it('a database in memory cannot be replicated', () => {
    expect(() => settings({}, { database: ':memory:', storage: memory() })).toThrow(
      expect.objectContaining({ code: 'OPTION_INVALID' }),
    );
  });

  it.each(['file:app.db', '/data/'])('the path %s is no path of a file', (database) => {
    expect(() => settings({}, { database })).toThrow('path of a file');
  });
});
