import type * as Identity from '@azure/identity';
import type * as StorageBlob from '@azure/storage-blob';
import { PersistenceError } from '../../../errors';

/** Loads a package by name; `require`, but for tests. */
export type Load = (name: string) => unknown;

/** The SDK of Azure Blob Storage, an optional peer. */
export function loadStorageBlob(load: Load = require): typeof StorageBlob {
  return loadPackage('@azure/storage-blob', '12', 'Azure Blob Storage', load) as typeof StorageBlob;
}

/** What gets tokens from Microsoft Entra ID, an optional peer of its own. */
export function loadIdentity(load: Load = require): typeof Identity {
  return loadPackage(
    '@azure/identity',
    '4',
    'Azure Blob Storage without a connection string',
    load,
  ) as typeof Identity;
}

function loadPackage(name: string, major: string, purpose: string, load: Load): unknown {
  try {
    return load(name);
  } catch (error) {
    if (!isMissing(error, name)) throw error;
    throw new PersistenceError('PACKAGE_MISSING', `${purpose} needs the package ${name}.`, {
      hint: `Run: npm install ${name}@${major}`,
      cause: error,
    });
  }
}

/** Not where the package is there and something it needs is missing: that is another error, and its own text says which. */
function isMissing(error: unknown, name: string): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'MODULE_NOT_FOUND' && message.includes(`'${name}'`);
}
