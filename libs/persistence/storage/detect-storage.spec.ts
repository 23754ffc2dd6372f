import path from 'node:path';
import { MemoryStore } from '../../storage';
import { type Environment, databaseEnvironment } from '../module/environment';
import { azureBlob } from './azure-blob';
import { s3 } from './s3';
import { memory } from './storage-choice';
import { placeOf } from './storage-place';
import { planStorage } from './detect-storage';
import { storageKind } from './storage-plan';
import { STORAGE_ROWS } from './storage-rows';

const SECRET = 'hunter2hunter2';
const CONNECTION = `DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=${SECRET}==;EndpointSuffix=core.windows.net`;

const from =
  (variables: Record<string, string>): Environment =>
  (variable) =>
    variables[variable];

const plan = (variables: Record<string, string>) => planStorage('app', undefined, from(variables));

/** A refusal never repeats a value: it may be a secret. */
function refusal(variables: Record<string, string>): unknown {
  try {
    plan(variables);
  } catch (error) {
    expect(JSON.stringify(error)).not.toContain(SECRET);
    return error;
  }
  throw new Error(`Accepted: ${JSON.stringify(variables)}`);
}

describe('where the replica lives, row by row', () => {
  it.each([
    ['nothing', {}, 'none', 'no store', undefined],
    [
      'a file on a volume',
      { NETWORK_DB_PATH: '/mnt/shared/name.db' },
      'directory',
      'a folder',
      'NETWORK_DB_PATH is set',
    ],
    [
      'a volume',
      { VERCEL_VOLUME_PATH: '/mnt/volume' },
      'directory',
      'a volume',
      'VERCEL_VOLUME_PATH is set',
    ],
    [
      'Azure, by connection string',
      { AZURE_STORAGE_CONNECTION_STRING: CONNECTION },
      'azure-blob',
      'Azure Blob Storage, container database-backup, app.db.replica',
      'AZURE_STORAGE_CONNECTION_STRING is set',
    ],
    [
      'Azure, by managed identity',
      {
        AZURE_STORAGE_ACCOUNT: 'acc',
        AZURE_STORAGE_CONTAINER: 'mine',
        AZURE_BLOB_NAME: 'prod/ai_learning.db',
      },
      'azure-blob',
      'Azure Blob Storage, container mine, prod/ai_learning.db.replica',
      'AZURE_STORAGE_ACCOUNT is set',
    ],
    [
      'S3',
      { S3_BUCKET: 'bucket', S3_KEY: 'prod/app.db' },
      's3',
      'S3, bucket bucket, prod/app.db.replica',
      'S3_BUCKET is set',
    ],
    [
      'a compatible',
      { S3_BUCKET: 'bucket', S3_ENDPOINT: 'https://x.r2.cloudflarestorage.com' },
      's3',
      'S3 at x.r2.cloudflarestorage.com, bucket bucket, app.db.replica',
      'S3_BUCKET is set',
    ],
  ] as const)('%s', (_, variables, kind, place, because) => {
    const planned = plan(variables);
    expect(storageKind(planned)).toBe(kind);
    expect(placeOf(planned)).toBe(place);
    expect('because' in planned ? planned.because : undefined).toBe(because);
  });

  it('a file on a volume is an absolute path', () => {
    expect(plan({ NETWORK_DB_PATH: 'shared/name.db' })).toMatchObject({
      file: path.resolve('shared/name.db'),
    });
  });

  it('an account key makes a connection string, as for the Azure command line', () => {
    expect(plan({ AZURE_STORAGE_ACCOUNT: 'acc', AZURE_STORAGE_KEY: SECRET })).toMatchObject({
      choice: { settings: { connectionString: expect.stringContaining(`AccountKey=${SECRET};`) } },
    });
  });

  it('keys and region of AWS are handed on, the region only to AWS', () => {
    const aws = {
      S3_BUCKET: 'b',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'id',
      AWS_SECRET_ACCESS_KEY: SECRET,
    };
    expect(plan(aws)).toMatchObject({
      choice: {
        settings: { bucket: 'b', region: 'eu-west-1', accessKeyId: 'id', secretAccessKey: SECRET },
      },
    });
    const elsewhere = plan({ ...aws, S3_ENDPOINT: 'https://minio.example' });
    expect(elsewhere).not.toHaveProperty('choice.settings.region');
  });

  it.each([
    [{ BLOB_READ_WRITE_TOKEN: SECRET }, 'BLOB_READ_WRITE_TOKEN', 'Vercel Blob'],
    [{ GCS_BUCKET: 'b' }, 'GCS_BUCKET', 'Google Cloud Storage'],
    [{ DATABASE_URL: `postgres://user:${SECRET}@host/db` }, 'DATABASE_URL', 'PostgreSQL'],
    [{ DATABASE_URL: `postgresql://user:${SECRET}@host/db` }, 'DATABASE_URL', 'PostgreSQL'],
    [{ DATABASE_URL: `cockroachdb://user:${SECRET}@host/db` }, 'DATABASE_URL', 'PostgreSQL'],
    [{ PERSISTENCE_STORAGE: 'gcs' }, 'PERSISTENCE_STORAGE=gcs', 'Google Cloud Storage'],
    [{ PERSISTENCE_STORAGE: 'postgres' }, 'PERSISTENCE_STORAGE=postgres', 'PostgreSQL'],
  ])('%j is not built yet, and never silently local only', (variables, named, store) => {
    const error = refusal(variables as never);
    expect(error).toMatchObject({ code: 'NOT_SUPPORTED_YET' });
    expect(error).toMatchObject({ message: expect.stringContaining(named) });
    expect(error).toMatchObject({ message: expect.stringContaining(store) });
  });

  it.each([`mysql://root:${SECRET}@x/y`, SECRET])('DATABASE_URL %s is unsupported', (url) => {
    expect(refusal({ DATABASE_URL: url })).toMatchObject({ code: 'DATABASE_URL_UNSUPPORTED' });
  });

  it('the first match counts', () => {
    const rows = [
      { NETWORK_DB_PATH: '/m/a.db' },
      { VERCEL_VOLUME_PATH: '/v' },
      { AZURE_STORAGE_ACCOUNT: 'acc' },
      { S3_BUCKET: 'b' },
    ];
    for (const [first, row] of rows.entries()) {
      const variables = Object.assign({}, ...rows.slice(first)) as Record<string, string>;
      expect(plan(variables)).toMatchObject({ because: `${Object.keys(row)[0]} is set` });
    }
  });

  it.each([
    [{ BLOB_READ_WRITE_TOKEN: SECRET }],
    [{ DATABASE_URL: `postgres://user:${SECRET}@host/db` }],
    [{ DATABASE_URL: `mysql://user:${SECRET}@host/db` }],
    [{ PERSISTENCE_STORAGE: 'gcs' }],
    [{ BLOB_NAME: 'x' }],
  ])('a variable that the app has for something else need not go: %j', (variables) => {
    expect(refusal({ ...variables, S3_BUCKET: 'b' } as never)).toMatchObject({
      hint: expect.stringContaining('set PERSISTENCE_STORAGE=s3 (S3_BUCKET is set)'),
    });
    expect(plan({ ...variables, S3_BUCKET: 'b', PERSISTENCE_STORAGE: 's3' } as never).kind).toBe(
      'choice',
    );
    expect(refusal(variables as never)).toMatchObject({
      hint: expect.stringMatching(
        /PERSISTENCE_STORAGE: directory \(with NETWORK_DB_PATH\).* none /,
      ),
    });
  });

  it('goes on behind a DATABASE_URL that names a local file', () => {
    expect(plan({ DATABASE_URL: 'file:./a.db' }).kind).toBe('none');
    expect(plan({ DATABASE_URL: 'sqlite:///a.db', NETWORK_DB_PATH: '/m/a.db' }).kind).toBe(
      'network-path',
    );
  });

  it('is not chosen by what platforms set for themselves, but says so', () => {
    expect(
      plan({
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
        AWS_SESSION_TOKEN: 'x',
        AWS_REGION: 'x',
        GOOGLE_APPLICATION_CREDENTIALS: 'y',
        AZURE_CLIENT_ID: 'z',
      }),
    ).toEqual({
      kind: 'none',
      unused: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'GOOGLE_APPLICATION_CREDENTIALS'],
    });
  });
});

describe('half a configuration is an error that names what is missing', () => {
  it.each([
    [{ BLOB_NAME: 'x' }, 'BLOB_READ_WRITE_TOKEN'],
    [{ AZURE_STORAGE_CONTAINER: 'x' }, 'AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT'],
    [{ AZURE_BLOB_NAME: 'x' }, 'AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT'],
    [{ AZURE_STORAGE_KEY: SECRET }, 'AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT'],
    [{ S3_KEY: 'x' }, 'S3_BUCKET'],
    [{ S3_ENDPOINT: 'https://x' }, 'S3_BUCKET'],
    [{ S3_REGION: 'x' }, 'S3_BUCKET'],
    [{ S3_FORCE_PATH_STYLE: 'true' }, 'S3_BUCKET'],
    [{ GCS_BLOB_NAME: 'x' }, 'GCS_BUCKET'],
    [{ S3_BUCKET: 'b', AWS_ACCESS_KEY_ID: 'x' }, 'AWS_SECRET_ACCESS_KEY'],
    [{ S3_BUCKET: 'b', AWS_SECRET_ACCESS_KEY: SECRET }, 'AWS_ACCESS_KEY_ID'],
    [{ S3_BUCKET: 'b', AWS_SESSION_TOKEN: SECRET }, 'AWS_ACCESS_KEY_ID'],
    [{ AZURE_STORAGE_ACCOUNT: 'acc', AZURE_CLIENT_SECRET: SECRET }, 'AZURE_TENANT_ID'],
    [
      { AZURE_STORAGE_ACCOUNT: 'acc', AZURE_CLIENT_SECRET: SECRET, AZURE_TENANT_ID: 't' },
      'AZURE_CLIENT_ID',
    ],
    [{ AZURE_STORAGE_CONNECTION_STRING: 'AccountName=acc' }, 'AccountKey'],
    [{ AZURE_STORAGE_CONNECTION_STRING: `AccountKey=${SECRET}` }, 'AccountName'],
    [{ AZURE_STORAGE_CONNECTION_STRING: SECRET }, 'AccountName'],
    [{ PERSISTENCE_STORAGE: 'directory' }, 'NETWORK_DB_PATH'],
    [{ PERSISTENCE_STORAGE: 'volume' }, 'VERCEL_VOLUME_PATH'],
    [{ PERSISTENCE_STORAGE: 'azure' }, 'AZURE_STORAGE_CONNECTION_STRING or AZURE_STORAGE_ACCOUNT'],
    [{ PERSISTENCE_STORAGE: 's3' }, 'S3_BUCKET'],
    [{ PERSISTENCE_STORAGE: 's3', NETWORK_DB_PATH: '/m/a.db' }, 'S3_BUCKET'],
    // Never a silent fall to the next row.
    [{ BLOB_NAME: 'x', S3_BUCKET: 'b' }, 'BLOB_READ_WRITE_TOKEN'],
    [{ AZURE_BLOB_NAME: 'x', S3_BUCKET: 'b' }, 'AZURE_STORAGE_CONNECTION_STRING'],
  ])('%j', (variables, missing) => {
    const error = refusal(variables as never) as { message: string };
    expect(error).toMatchObject({ code: 'STORE_SETTINGS_INCOMPLETE' });
    expect(error.message).toContain(missing);
  });

  it('every variable that belongs to a row is in this list', () => {
    for (const { belonging, choosing } of STORAGE_ROWS) {
      for (const variable of belonging) {
        const error = refusal({ [variable]: 'x' }) as { code: string; hint: string };
        expect(error.code).toBe('STORE_SETTINGS_INCOMPLETE');
        for (const chooser of choosing) expect(error.hint).toContain(chooser);
      }
    }
  });

  it('but not behind the row that was chosen', () => {
    expect(plan({ NETWORK_DB_PATH: '/m/a.db', S3_KEY: 'x', BLOB_NAME: 'x' }).kind).toBe(
      'network-path',
    );
    expect(plan({ PERSISTENCE_STORAGE: 'none', S3_ENDPOINT: 'https://uploads' }).kind).toBe('none');
  });

  it('a whole connection string is one with a key, a signature, or the emulator', () => {
    for (const whole of [
      CONNECTION,
      'UseDevelopmentStorage=true',
      `BlobEndpoint=https://acc.blob.core.windows.net;SharedAccessSignature=sv=1&sig=${SECRET}`,
    ]) {
      expect(plan({ AZURE_STORAGE_CONNECTION_STRING: whole }).kind).toBe('choice');
    }
  });
});

describe('settings that cannot be right', () => {
  it.each([
    [{ NETWORK_DB_PATH: '/mnt/shared/' }, 'NETWORK_DB_PATH names a folder'],
    [{ NETWORK_DB_PATH: 'file:///mnt/a.db' }, 'NETWORK_DB_PATH is a URL'],
    [{ VERCEL_VOLUME_PATH: 'https://x' }, 'VERCEL_VOLUME_PATH is a URL'],
    [{ S3_BUCKET: 'b', S3_ENDPOINT: 'minio:9000' }, 'S3_ENDPOINT is no URL'],
    [{ S3_BUCKET: 'b', S3_ENDPOINT: 'http://h:9000/test' }, 'S3_ENDPOINT has a path (/test)'],
    [{ S3_BUCKET: 'b', S3_ENDPOINT: 'https://h/b/' }, 'S3_ENDPOINT has a path (/b/)'],
    [{ S3_BUCKET: 'b', S3_ENDPOINT: 'https://h/storage/v1/b' }, 'S3_ENDPOINT has a path'],
    [{ S3_BUCKET: 'b', S3_KEY: '/app.db' }, 'S3_KEY begins with "/"'],
    [{ S3_BUCKET: 'b', S3_KEY: 'a/../b.db' }, 'S3_KEY has the segment ".."'],
    [{ S3_BUCKET: 'b', S3_KEY: 'prod/' }, 'S3_KEY names a folder'],
    [{ S3_BUCKET: 'b', S3_KEY: 'a//b.db' }, 'S3_KEY has an empty segment'],
    [{ S3_BUCKET: 'b', S3_KEY: 's3://b/app.db' }, 'S3_KEY is a URL'],
    [{ S3_BUCKET: 'b', S3_KEY: 'a\\b' }, 'S3_KEY has a backslash'],
    [{ S3_BUCKET: 'b', S3_KEY: 'x'.repeat(250) }, 'S3_KEY has a segment of more than'],
    [{ S3_BUCKET: 'b', S3_FORCE_PATH_STYLE: 'maybe' }, 'S3_FORCE_PATH_STYLE must be true or false'],
    [{ AZURE_STORAGE_ACCOUNT: 'a', AZURE_BLOB_NAME: '/x' }, 'AZURE_BLOB_NAME begins'],
    [
      { AZURE_STORAGE_ACCOUNT: 'a', AZURE_STORAGE_CONTAINER: 'My_Container' },
      'AZURE_STORAGE_CONTAINER',
    ],
    [
      { AZURE_STORAGE_ACCOUNT: 'https://a.blob.core.windows.net', AZURE_STORAGE_KEY: SECRET },
      'AZURE_STORAGE_ACCOUNT must be the plain name',
    ],
    [{ PERSISTENCE_STORAGE: 'dropbox' }, 'PERSISTENCE_STORAGE names no store'],
  ])('%j', (variables, message) => {
    expect(refusal(variables as never)).toMatchObject({
      code: 'OPTION_INVALID',
      message: expect.stringContaining(message),
    });
  });
});

it('an address may have a slash at its end, or the path of a gateway', () => {
  for (const endpoint of ['https://h/', 'http://h:9000', 'https://h/storage/v1/s3']) {
    expect(plan({ S3_BUCKET: 'b', S3_ENDPOINT: endpoint }).kind).toBe('choice');
  }
});

describe('PERSISTENCE_STORAGE goes before the rows', () => {
  const everything = {
    NETWORK_DB_PATH: '/m/a.db',
    AZURE_STORAGE_ACCOUNT: 'acc',
    S3_BUCKET: 'b',
    DATABASE_URL: 'postgres://x',
  };

  it.each([
    ['directory', 'directory'],
    ['azure', 'azure-blob'],
    ['azure-blob', 'azure-blob'],
    ['S3', 's3'],
    ['memory', 'memory'],
    ['none', 'none'],
    ['local', 'none'],
  ])('%s', (value, kind) => {
    const planned = plan({ ...everything, PERSISTENCE_STORAGE: value });
    expect(storageKind(planned)).toBe(kind);
    expect(planned.because).toBe(`PERSISTENCE_STORAGE is ${value.toLowerCase()}`);
  });
});

describe('the option goes before everything', () => {
  const environment = from({ S3_BUCKET: 'b', DATABASE_URL: 'postgres://x', BLOB_NAME: 'x' });
  const byOption = (option: Parameters<typeof planStorage>[1]) =>
    planStorage('app', option, environment);

  it('as a choice, which may name its object', () => {
    expect(byOption(memory())).toMatchObject({ object: 'app.db', because: 'the option storage' });
    expect(byOption(s3({ bucket: 'b', key: 'prod/x.db' }))).toMatchObject({ object: 'prod/x.db' });
    expect(byOption(azureBlob({ account: 'acc', blob: 'y.db' }))).toMatchObject({ object: 'y.db' });
  });

  it('as a store or a class of the app’s own', () => {
    const store = new MemoryStore();
    expect(byOption(store)).toMatchObject({ kind: 'own', store, object: 'app.db' });
    expect(storageKind(byOption(MemoryStore))).toBe('custom');
  });

  it.each([
    [() => s3({} as never), 'OPTION_INVALID', 'bucket'],
    [() => s3({ bucket: 'b', accessKeyId: 'x' }), 'STORE_SETTINGS_INCOMPLETE', 'secretAccessKey'],
    [() => s3({ bucket: 'b', secretAccessKey: 'x' }), 'STORE_SETTINGS_INCOMPLETE', 'accessKeyId'],
    [() => s3({ bucket: 'b', sessionToken: 'x' }), 'STORE_SETTINGS_INCOMPLETE', 'accessKeyId'],
    [() => s3({ bucket: 'b', regoin: 'x' } as never), 'OPTION_UNKNOWN', 'regoin'],
    [() => s3({ bucket: 'b', endpoint: 'x' }), 'OPTION_INVALID', 'endpoint'],
    [() => s3({ bucket: 'b', key: '/x' }), 'OPTION_INVALID', 'key'],
    [() => azureBlob({}), 'STORE_SETTINGS_INCOMPLETE', 'connectionString'],
    [() => azureBlob({ container: 'abc' }), 'STORE_SETTINGS_INCOMPLETE', 'account'],
    [() => azureBlob({ account: 'a', blob: '/x' }), 'OPTION_INVALID', 'blob'],
    [() => azureBlob({ acount: 'a' } as never), 'OPTION_UNKNOWN', 'acount'],
    [() => azureBlob(undefined as never), 'OPTION_INVALID', 'azureBlob'],
  ])('and is checked where it is made: %#', (make, code, named) => {
    expect(make).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(named) }),
    );
  });
});

describe('a named database', () => {
  const orders = (variables: Record<string, string>) =>
    planStorage('orders', undefined, databaseEnvironment(from(variables), 'orders'));

  it('has its own variables and its own default names', () => {
    expect(orders({ S3_BUCKET: 'b' }).kind).toBe('none');
    const planned = orders({ S3_BUCKET_ORDERS: 'b' });
    expect(placeOf(planned)).toBe('S3, bucket b, orders.db.replica');
    expect(planned).toMatchObject({ because: 'S3_BUCKET_ORDERS is set' });
  });

  it.each([
    [{ S3_KEY_ORDERS: 'x' }, 'S3_BUCKET_ORDERS'],
    [{ S3_BUCKET_ORDERS: 'b', AWS_ACCESS_KEY_ID_ORDERS: 'x' }, 'AWS_SECRET_ACCESS_KEY_ORDERS'],
    [{ PERSISTENCE_STORAGE_ORDERS: 's3' }, 'S3_BUCKET_ORDERS'],
  ])('is told its own variables: %j', (variables, missing) => {
    expect(() => orders(variables as never)).toThrow(missing);
  });

  it.each([
    [{ BLOB_READ_WRITE_TOKEN_ORDERS: 'x' }, 'PERSISTENCE_STORAGE_ORDERS: directory'],
    [
      { BLOB_READ_WRITE_TOKEN_ORDERS: 'x', S3_BUCKET_ORDERS: 'b' },
      'PERSISTENCE_STORAGE_ORDERS=s3 (S3_BUCKET_ORDERS is',
    ],
    [{ S3_KEY_ORDERS: 'x' }, 'PERSISTENCE_STORAGE_ORDERS: directory (with NETWORK_DB_PATH_ORDERS)'],
  ])('and in hints, which would set another one otherwise: %j', (variables, hint) => {
    expect(() => orders(variables as never)).toThrow(
      expect.objectContaining({ hint: expect.stringContaining(hint) }),
    );
  });

  it('shares the identity of Azure, whose credentials read no other names', () => {
    const account = { AZURE_STORAGE_ACCOUNT_ORDERS: 'acc' };
    expect(() => orders({ ...account, AZURE_CLIENT_SECRET: SECRET })).toThrow(
      'AZURE_CLIENT_SECRET is set, but AZURE_TENANT_ID is not.',
    );
    const whole = { AZURE_CLIENT_SECRET: SECRET, AZURE_TENANT_ID: 't', AZURE_CLIENT_ID: 'c' };
    expect(orders({ ...account, ...whole }).kind).toBe('choice');
  });
});
