import { inspect } from 'node:util';
import { DefaultAzureCredential } from '@azure/identity';
import { ContainerClient } from '@azure/storage-blob';
import { PersistenceError } from '../../../errors';
import { type AzureBlobStoreOptions } from './azure-blob.options';
import { connectContainer } from './connect-container';
import { loadIdentity, loadStorageBlob } from './load-sdk';

const SECRET = 'c2VjcmV0LWNhbmFyeQ==';
const STRING = `DefaultEndpointsProtocol=https;AccountName=mine;AccountKey=${SECRET};EndpointSuffix=core.windows.net`;
const container = 'database-backup';

function refusal(work: () => unknown): PersistenceError {
  try {
    work();
  } catch (error) {
    if (error instanceof PersistenceError) return error;
    throw error;
  }
  throw new Error('accepted');
}

test('a connection string names the account', () => {
  const { url } = connectContainer({ connectionString: STRING, container });
  expect(url).toBe('https://mine.blob.core.windows.net/database-backup');
});

test('an account is its name, or the address of its blob service in any cloud', () => {
  const credential = { getToken: () => Promise.resolve(null) };
  const urlOf = (account: string) => connectContainer({ account, container, credential }).url;
  expect(urlOf('mine')).toBe('https://mine.blob.core.windows.net/database-backup');
  expect(urlOf('https://mine.blob.core.chinacloudapi.cn')).toBe(
    'https://mine.blob.core.chinacloudapi.cn/database-backup',
  );
});

test('credentials and clients of the SDK are taken as they are', () => {
  const credential = new DefaultAzureCredential();
  expect(connectContainer({ account: 'mine', container, credential }).accountName).toBe('mine');
  const client = new ContainerClient('https://mine.blob.core.windows.net/other', credential);
  expect(connectContainer({ client })).toBe(client);
});

test('without a credential the identity of the host is looked for, without a request', () => {
  expect(connectContainer({ account: 'mine', container }).containerName).toBe(container);
});

test.each<[string, AzureBlobStoreOptions]>([
  ['nothing', { container }],
  ['two ways', { container, connectionString: STRING, account: 'mine' }],
  [
    'a credential with a connection string',
    { container, connectionString: STRING, credential: { getToken: () => Promise.resolve(null) } },
  ],
  ['no container', { connectionString: STRING }],
  ['an upper-case container', { connectionString: STRING, container: 'Backup' }],
  ['a container with a path', { connectionString: STRING, container: 'a/b' }],
  ['a container too short', { connectionString: STRING, container: 'ab' }],
  ['a container with two hyphens', { connectionString: STRING, container: 'a--b' }],
  ['an address that is not encrypted', { container, account: 'http://mine.blob.core.windows.net' }],
  [
    'an address with a signature',
    { container, account: `https://mine.blob.core.windows.net/?sig=${SECRET}` },
  ],
  ['an account that is none', { container, account: 'My Account' }],
  ['a connection string that is none', { container, connectionString: `AccountKey=${SECRET}` }],
  ['a connection string cut short', { container, connectionString: STRING.slice(0, 60) }],
])('%s is OPTION_INVALID, with a hint, without showing what was given', (_what, options) => {
  const error = refusal(() => connectContainer(options));
  expect(error.code).toBe('OPTION_INVALID');
  expect(error.hint).not.toBe('');
  expect(`${String(error)}${inspect(error, { depth: 10 })}`).not.toContain('c2VjcmV0');
});

test('a package that is missing is PACKAGE_MISSING with the line that installs it', () => {
  const missing = (name: string) => {
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
  };
  expect(refusal(() => loadStorageBlob(missing))).toMatchObject({
    code: 'PACKAGE_MISSING',
    hint: 'Run: npm install @azure/storage-blob@12',
  });
  expect(refusal(() => loadIdentity(missing))).toMatchObject({
    code: 'PACKAGE_MISSING',
    hint: 'Run: npm install @azure/identity@4',
  });
});

test('a package that is there but lacks a part of itself says so itself', () => {
  const broken = Object.assign(new Error("Cannot find module 'tslib'"), {
    code: 'MODULE_NOT_FOUND',
  });
  const load = () => {
    throw broken;
  };
  expect(() => loadStorageBlob(load)).toThrow(broken);
});
