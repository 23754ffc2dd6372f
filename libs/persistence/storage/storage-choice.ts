import type { ObjectStore } from '../../storage/object-store';
import type { StorageKind } from '../persistence-status';

/** A store by name and settings, opened when the app starts. Made by `directory()` and `memory()`. */
export interface StorageChoice {
  readonly kind: Exclude<StorageKind, 'none' | 'custom'>;
  open(): Promise<ObjectStore>;
}

/** Keeps the replica in a folder, usually of a network or persistent volume. */
export function directory(_settings: { readonly path: string }): StorageChoice {
  throw new Error('Not here yet.');
}

/** Keeps the replica in this process's memory, for tests: it lives as long as the value returned. */
export function memory(): StorageChoice {
  throw new Error('Not here yet.');
}
