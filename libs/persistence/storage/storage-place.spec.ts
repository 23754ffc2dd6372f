import { azureBlob } from './azure-blob';
import { planStorage } from './detect-storage';
import { s3 } from './s3';
import { directory, memory, type StorageOption } from './storage-choice';
import { litestreamUrl, placeOfProof } from './storage-place';

const planned = (option: StorageOption) => planStorage('app', option, () => undefined);
const proof = (option: StorageOption) => placeOfProof(planned(option));
const azureClient = (url: string) =>
  azureBlob({
    client: { accountName: 'acc', containerName: 'c', url, getBlockBlobClient: () => ({}) },
  });
const s3Client = { config: {}, middlewareStack: {}, send: () => undefined };

describe('the place that a proof of conditions holds for', () => {
  it.each<[StorageOption, string]>([
    [s3({ bucket: 'b' }), 's3 aws b/app.db.replica'],
    [
      s3({ bucket: 'b', key: 'x/y.db', endpoint: 'https://user:secret@minio:9000/?a=secret' }),
      's3 https://minio:9000 b/x/y.db.replica',
    ],
    [
      azureBlob({ account: 'acc' }),
      'azure https://acc.blob.core.windows.net database-backup/app.db.replica',
    ],
    [
      azureBlob({ account: 'https://acc.blob.core.windows.net/', container: 'ccc' }),
      'azure https://acc.blob.core.windows.net ccc/app.db.replica',
    ],
    [
      azureBlob({ connectionString: 'AccountName=acc;AccountKey=secret==;EndpointSuffix=core.cn' }),
      'azure https://acc.blob.core.cn database-backup/app.db.replica',
    ],
    [
      azureBlob({
        connectionString: 'BlobEndpoint=http://here:1/acc?sig=secret;SharedAccessSignature=secret',
      }),
      'azure http://here:1/acc database-backup/app.db.replica',
    ],
    [
      azureBlob({ connectionString: 'UseDevelopmentStorage=true' }),
      'azure http://127.0.0.1:10000/devstoreaccount1 database-backup/app.db.replica',
    ],
    [
      azureClient('https://acc.blob.core.windows.net/c?sig=secret'),
      'azure https://acc.blob.core.windows.net/c c/app.db.replica',
    ],
  ])('names the service, and no secret (%#)', (option, expected) => {
    expect(proof(option)).toBe(expected);
  });

  it('is another one for another service with the same names', () => {
    expect(proof(azureClient('http://127.0.0.1:10000/acc/c'))).not.toBe(
      proof(azureClient('https://acc.blob.core.windows.net/c')),
    );
  });

  it('is another one where a variable sends the SDK of S3 elsewhere', () => {
    process.env.AWS_ENDPOINT_URL = 'http://minio:9000';
    try {
      expect(proof(s3({ bucket: 'b' }))).toBe('s3 http://minio:9000 b/app.db.replica');
    } finally {
      delete process.env.AWS_ENDPOINT_URL;
    }
  });

  it.each<[string, StorageOption]>([
    ['a client of the S3 SDK', s3({ bucket: 'b', client: s3Client })],
    ['a store of the app’s own', memory()],
    ['a folder', directory({ path: '/mnt' })],
  ])('is not known of %s', (_, option) => {
    expect(proof(option)).toBeUndefined();
  });
});

it('an S3 client of the app’s own gives no address for Litestream: it may be anybody’s', () => {
  expect(litestreamUrl(planned(s3({ bucket: 'b' })), '')).toBe('"s3://b/app.db.replica"');
  expect(litestreamUrl(planned(s3({ bucket: 'b', client: s3Client })), '')).toBeUndefined();
});
