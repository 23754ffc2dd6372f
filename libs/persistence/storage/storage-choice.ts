import type { Type } from '@nestjs/common';
import { PersistenceError } from '../../errors';
import { MemoryStore } from '../../storage';
import type { ObjectStore } from '../../storage/object-store';
import type { AzureBlobSettings } from './azure-blob-settings';
import type { S3Settings } from './s3-settings';

/** Tells a choice from an `ObjectStore`; registered, so that two copies of the package know each other's. */
const CHOICE = Symbol.for('nestjs-persistence.storage-choice');

interface Chosen<Kind extends string> {
  readonly [CHOICE]: true;
  readonly kind: Kind;
}

export interface DirectoryChoice extends Chosen<'directory'> {
  readonly root: string;
  /** The variable that names a volume which must be mounted already; undefined where the folder may be made. */
  readonly volume?: string;
}

export interface MemoryChoice extends Chosen<'memory'> {
  readonly store: ObjectStore;
}

export interface S3Choice extends Chosen<'s3'> {
  readonly settings: S3Settings;
}

export interface AzureBlobChoice extends Chosen<'azure-blob'> {
  readonly settings: AzureBlobSettings;
}

/** A store by name and settings, opened when the app starts. Made by `directory()`, `memory()`, `s3()` and `azureBlob()`. */
export type StorageChoice = DirectoryChoice | MemoryChoice | S3Choice | AzureBlobChoice;

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
  return choice({ kind: 'directory', root });
}

/**
 * Keeps the replica in the memory of this process, for tests: it lives as long as the value returned, so give the same
 * one to two apps to see the second restore what the first wrote.
 */
export function memory(): StorageChoice {
  return choice({ kind: 'memory', store: new MemoryStore() });
}

/** Makes a choice out of its settings. */
export function choice<Kind extends StorageChoice['kind']>(
  settings: Omit<Extract<StorageChoice, { kind: Kind }>, typeof CHOICE> & { readonly kind: Kind },
): Extract<StorageChoice, { kind: Kind }> {
  return Object.freeze({ ...settings, [CHOICE]: true }) as unknown as Extract<
    StorageChoice,
    { kind: Kind }
  >;
}

export function isStorageOption(value: unknown): value is StorageOption {
  return typeof value === 'function' || isStorageChoice(value) || isObjectStore(value);
}

export function isStorageChoice(value: unknown): value is StorageChoice {
  return typeof value === 'object' && value !== null && CHOICE in value;
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
