import type { Type } from '@nestjs/common';
import { PersistenceError } from '../../errors';
import { DirectoryStore, MemoryStore } from '../../storage';
import type { ObjectStore } from '../../storage/object-store';
import type { StorageKind } from '../persistence-status';

/** A store by name and settings, opened when the app starts. Made by `directory()` and `memory()`. */
export interface StorageChoice {
  readonly kind: Exclude<StorageKind, 'none' | 'custom'>;
  open(): Promise<ObjectStore>;
}

/** What the option `storage` takes. */
export type StorageOption = StorageChoice | ObjectStore | Type<ObjectStore>;

/**
 * Keeps the replica below a folder, usually on a network or persistent volume: `<path>/<name>.db.replica/`. The folder
 * is made when the app starts.
 *
 * @example PersistenceModule.forRoot({ storage: directory({ path: '/mnt/backup' }) })
 */
export function directory(settings: { readonly path: string }): StorageChoice {
  const root: unknown = settings?.path;
  if (typeof root !== 'string' || root.trim() === '') {
    throw new PersistenceError('OPTION_INVALID', 'directory() needs the path of a folder.', {
      hint: "Write directory({ path: '/mnt/backup' }).",
    });
  }
  return { kind: 'directory', open: () => DirectoryStore.open({ root }) };
}

/**
 * Keeps the replica in the memory of this process, for tests: it lives as long as the value returned, so give the same
 * one to two apps to see the second restore what the first wrote.
 */
export function memory(): StorageChoice {
  const store = new MemoryStore();
  return { kind: 'memory', open: () => Promise.resolve(store) };
}

export function isStorageOption(value: unknown): value is StorageOption {
  return typeof value === 'function' || isStorageChoice(value) || isObjectStore(value);
}

export function isStorageChoice(value: unknown): value is StorageChoice {
  return hasMethods(value, 'open') && 'kind' in value;
}

export function isObjectStore(value: unknown): value is ObjectStore {
  return (
    hasMethods(value, 'get', 'put', 'head', 'list', 'deleteMany') &&
    'capabilities' in value &&
    typeof value.capabilities === 'object'
  );
}

function hasMethods(value: unknown, ...names: string[]): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof Reflect.get(value, name) === 'function')
  );
}
