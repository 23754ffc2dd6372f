import { MemoryStore, S3Store, type S3StoreOptions } from '../../storage';
import { S3StorageProvider } from './s3-storage.provider';
import { s3 } from './s3';

describe('a bucket is opened as its service wants it', () => {
  const asked: S3StoreOptions[] = [];
  beforeEach(() => {
    asked.length = 0;
    jest.spyOn(S3Store, 'open').mockImplementation((options) => {
      asked.push(options);
      return Promise.resolve(new MemoryStore() as never);
    });
  });
  afterEach(() => jest.restoreAllMocks());

  const open = async (settings: Parameters<typeof s3>[0]) => {
    await new S3StorageProvider().open(s3(settings).settings);
    return asked.at(-1);
  };
  const spaces = 'https://nyc3.digitaloceanspaces.com';
  const client = { config: {}, middlewareStack: {}, send: () => undefined };

  it('with tags that have no quotes, where it takes no others, also by a client of the app', async () => {
    expect(await open({ bucket: 'b', endpoint: spaces })).toMatchObject({
      bareIfMatch: true,
      region: 'nyc3',
    });
    expect(await open({ bucket: 'b', endpoint: spaces, client })).toEqual({
      bucket: 'b',
      endpoint: spaces,
      client,
      bareIfMatch: true,
    });
    expect(
      await open({ bucket: 'b', endpoint: 'https://a.r2.cloudflarestorage.com' }),
    ).toMatchObject({ bareIfMatch: false, region: 'auto' });
  });

  it('unless the settings say otherwise', async () => {
    expect(await open({ bucket: 'b', endpoint: spaces, bareIfMatch: false })).toMatchObject({
      bareIfMatch: false,
    });
    expect(await open({ bucket: 'b', client, bareIfMatch: true })).toMatchObject({
      bareIfMatch: true,
    });
  });

  it('and left to itself where nobody knows it', async () => {
    const own = { bucket: 'b', endpoint: 'http://127.0.0.1:9000' };
    expect(await open(own)).toEqual(own);
  });
});
