import path from 'node:path';
import { type Environment, databaseEnvironment } from '../module/environment';
import { memory } from './storage-choice';
import { planStorage, storageKind } from './storage-plan';

const from =
  (variables: Record<string, string>): Environment =>
  (variable) =>
    variables[variable];

const plan = (variables: Record<string, string>) => planStorage('app', undefined, from(variables));

describe('where the replica lives', () => {
  it('is nowhere if nobody says', () => {
    expect(plan({})).toEqual({ kind: 'none', unused: [] });
    expect(storageKind(plan({}))).toBe('none');
  });

  it('is beside NETWORK_DB_PATH', () => {
    const planned = plan({ NETWORK_DB_PATH: '/mnt/shared/name.db' });
    expect(planned).toEqual({ kind: 'network-path', file: path.resolve('/mnt/shared/name.db') });
    expect(storageKind(planned)).toBe('directory');
  });

  it('is what the option says, whatever the environment says', () => {
    const option = memory();
    const planned = planStorage(
      'app',
      option,
      from({ S3_BUCKET: 'b', DATABASE_URL: 'postgres://x' }),
    );
    expect(planned).toEqual({ kind: 'option', option });
    expect(storageKind(planned)).toBe('memory');
  });

  it('is the first match: NETWORK_DB_PATH goes before what stands below it', () => {
    expect(plan({ NETWORK_DB_PATH: '/m/a.db', S3_BUCKET: 'b', BLOB_NAME: 'x' }).kind).toBe(
      'network-path',
    );
  });

  it.each([
    'VERCEL_VOLUME_PATH',
    'BLOB_READ_WRITE_TOKEN',
    'AZURE_STORAGE_CONNECTION_STRING',
    'AZURE_STORAGE_ACCOUNT',
    'S3_BUCKET',
    'GCS_BUCKET',
    'PERSISTENCE_STORAGE',
  ])('is never silently local only: %s asks for a store that is not built yet', (variable) => {
    expect(() => plan({ [variable]: 'secret-value' })).toThrow(
      expect.objectContaining({
        code: 'NOT_SUPPORTED_YET',
        message: expect.stringContaining(variable),
        hint: expect.stringContaining('NETWORK_DB_PATH'),
      }),
    );
  });

  it.each([
    ['BLOB_NAME', 'BLOB_READ_WRITE_TOKEN'],
    ['AZURE_STORAGE_CONTAINER', 'AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT'],
    ['S3_ENDPOINT', 'S3_BUCKET'],
    ['GCS_BLOB_NAME', 'GCS_BUCKET'],
  ])('is an error for half a configuration: %s without %s', (given, missing) => {
    expect(() => plan({ [given]: 'x' })).toThrow(
      expect.objectContaining({
        code: 'STORE_SETTINGS_INCOMPLETE',
        message: expect.stringContaining(given),
        hint: expect.stringContaining(missing),
      }),
    );
  });

  it.each(['postgres', 'postgresql', 'cockroachdb'])(
    'is an error for %s: an empty file would split the data',
    (scheme) => {
      const url = `${scheme}://user:hunter2@host/db`;
      const attempt = () => plan({ DATABASE_URL: url, NETWORK_DB_PATH: '/m/a.db' });
      expect(attempt).toThrow(expect.objectContaining({ code: 'NOT_SUPPORTED_YET' }));
      expect(attempt).not.toThrow('hunter2');
    },
  );

  it.each(['mysql://root:hunter2@x/y', 'hunter2'])(
    'is an error for the DATABASE_URL %s, not repeated in it',
    (url) => {
      const attempt = () => plan({ DATABASE_URL: url });
      expect(attempt).toThrow(expect.objectContaining({ code: 'DATABASE_URL_UNSUPPORTED' }));
      expect(attempt).not.toThrow('hunter2');
    },
  );

  it('goes on behind a DATABASE_URL that names a local file', () => {
    expect(plan({ DATABASE_URL: 'file:./a.db' }).kind).toBe('none');
    expect(plan({ DATABASE_URL: 'sqlite:///a.db', NETWORK_DB_PATH: '/m/a.db' }).kind).toBe(
      'network-path',
    );
  });

  it('is not chosen by what platforms set for themselves, but says so', () => {
    expect(plan({ AWS_ACCESS_KEY_ID: 'x', GOOGLE_APPLICATION_CREDENTIALS: 'y' })).toEqual({
      kind: 'none',
      unused: ['AWS_ACCESS_KEY_ID', 'GOOGLE_APPLICATION_CREDENTIALS'],
    });
  });

  it('must be named by a file, not a folder', () => {
    expect(() => plan({ NETWORK_DB_PATH: '/mnt/shared/' })).toThrow('names a folder');
  });

  it('names the variables of the database it is about', () => {
    const variables = databaseEnvironment(from({ S3_BUCKET_ORDERS: 'b' }), 'orders');
    expect(() => planStorage('orders', undefined, variables)).toThrow('S3_BUCKET_ORDERS');
  });
});
