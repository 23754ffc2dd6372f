export type * from './object-store';
export { compareKeys } from './keys';
export { DirectoryStore } from './providers/directory/directory.store';
export { MemoryStore, type MemoryStoreOptions } from './providers/memory/memory.store';
export { readBody } from './read-body';
export { isStoreError, StoreError, type StoreErrorKind } from './store-error';
