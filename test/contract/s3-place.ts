import { randomBytes } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { prefixed, type ObjectStore } from '../../libs/storage';
import { S3Store, type S3StoreOptions } from '../../libs/storage/providers/s3';
import { type S3Server, startS3Server } from '../servers/s3';

/** Where the S3 tests run: on the server of this project, or on the one that the environment names. */
export interface S3Place {
  readonly options: S3StoreOptions;
  /** Undefined on a server that is not ours: what needs faults is not tested there. */
  readonly server: S3Server | undefined;
  close(): Promise<void>;
}

const isNamed = (): boolean => 'S3_TEST_ENDPOINT' in process.env;
export const OTHER_SERVER = isNamed();

export async function s3Place(): Promise<S3Place> {
  if (isNamed()) {
    const options = fromEnvironment();
    if (!process.env.S3_TEST_BUCKET) await makeBucket(options);
    return { options, server: undefined, close: () => Promise.resolve() };
  }
  const server = await startS3Server();
  const options = { bucket: 'test', endpoint: server.url, ...server.credentials };
  return { options, server, close: () => server.close() };
}

/** On a server that was started for this run and has none. */
async function makeBucket({ bucket, endpoint, region, ...keys }: S3StoreOptions): Promise<void> {
  const credentials = keys as { accessKeyId: string; secretAccessKey: string };
  const client = new S3Client({
    endpoint: endpoint!,
    region: region ?? 'us-east-1',
    forcePathStyle: true,
    credentials,
  });
  try {
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
  } catch (error) {
    if (!(error as Error).name.startsWith('BucketAlready')) throw error;
  } finally {
    client.destroy();
  }
}

/** A store in a folder of its own, as the bucket may have other visitors. */
export async function openS3(options: S3StoreOptions): Promise<ObjectStore> {
  return prefixed(await S3Store.open(options), `run-${randomBytes(6).toString('hex')}/`);
}

function fromEnvironment(): S3StoreOptions {
  const bucket = process.env.S3_TEST_BUCKET;
  const region = process.env.S3_TEST_REGION;
  return {
    // An empty one would send the tests to AWS.
    endpoint: needed('S3_TEST_ENDPOINT'),
    accessKeyId: needed('S3_TEST_ACCESS_KEY_ID'),
    secretAccessKey: needed('S3_TEST_SECRET_ACCESS_KEY'),
    bucket: bucket || 'persistence-test',
    ...(region ? { region } : {}),
  };
}

function needed(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} must be set, and not empty`);
  return value;
}
