import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as front from './index';

describe('the main entry of the package', () => {
  const source = readFileSync(path.join(__dirname, 'index.ts'), 'utf8');
  const names = [...source.matchAll(/\{([^}]*)\}/g)]
    .flatMap(([, list]) => list!.split(','))
    .map((name) => name.replace(/\btype\b/, '').trim())
    .filter((name) => name !== '');

  it('exports at most 20 names, types included', () => {
    expect(source).not.toContain('export *');
    expect(names.length).toBeLessThanOrEqual(20);
  });

  it('exports these values and no others', () => {
    expect(Object.keys(front).sort()).toEqual([
      'Durable',
      'InjectSyncService',
      'PersistenceError',
      'PersistenceHealthIndicator',
      'PersistenceModule',
      'StoreError',
      'SyncService',
      'directory',
      'getStoreToken',
      'getSyncServiceToken',
      'isPersistenceError',
      'memory',
    ]);
    for (const name of Object.keys(front)) expect(names).toContain(name);
  });
});
