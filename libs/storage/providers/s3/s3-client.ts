import http from 'node:http';
import https from 'node:https';
import { type S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { PersistenceError } from '../../../errors';
import { type S3StoreOptions } from './s3-options';
import { loadS3Sdk, type S3Sdk } from './s3-sdk';

/** One bucket, and what speaks to it. */
export interface S3Bucket {
  readonly name: string;
  readonly client: S3Client;
  readonly sdk: S3Sdk;
  /** The service may know Content-MD5 and none of the newer checksums, as many that are not AWS. */
  readonly plainChecksums: boolean;
  readonly bareIfMatch: boolean;
}

/** More than are ever under way at once, bodies that nobody reads yet included. */
const SOCKETS_MAX = 128;
const CONNECT_MS = 10_000;
/** The deadline of every call comes first, from its wrapper; this one frees what it left behind. */
const SOCKET_IDLE_MS = 120_000;

const ignore = () => undefined;
const SILENT: NonNullable<S3ClientConfig['logger']> = {
  trace: ignore,
  debug: ignore,
  info: ignore,
  warn: ignore,
  error: ignore,
};

/** Checks the options, loads the SDK and makes the client; asks the store nothing. */
export async function connectBucket(options: S3StoreOptions): Promise<S3Bucket> {
  assertBucketName(options.bucket);
  const { bucket: name, bareIfMatch = false } = options;
  if (options.client !== undefined) {
    const client = options.client as unknown as S3Client;
    const checksums = await client.config.requestChecksumCalculation();
    const plainChecksums = checksums === 'WHEN_REQUIRED';
    return { name, client, sdk: await loadS3Sdk(), plainChecksums, bareIfMatch };
  }
  assertOptions(options);
  const sdk = await loadS3Sdk();
  const client = new sdk.S3Client(clientConfig(options));
  await assertRegion(client);
  if (options.headers !== undefined) addHeaders(client, options.headers);
  return { name, client, sdk, plainChecksums: options.endpoint !== undefined, bareIfMatch };
}

function clientConfig(options: S3StoreOptions): S3ClientConfig {
  const { endpoint, accessKeyId, secretAccessKey, sessionToken } = options;
  const region =
    options.region ??
    (endpoint === undefined ? undefined : (process.env.AWS_REGION ?? 'us-east-1'));
  const agent = { keepAlive: true, maxSockets: SOCKETS_MAX };
  return {
    ...(region === undefined ? {} : { region }),
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey, sessionToken } }),
    forcePathStyle: options.forcePathStyle ?? endpoint !== undefined,
    // What goes wrong is in the error; the SDK would tell the console as well.
    logger: SILENT,
    // Trying again is the wrapper's: it knows what an unclear answer means.
    maxAttempts: 1,
    // Waiting for "100 Continue" would cost a round trip, and a connection of its own.
    expectContinueHeader: false,
    // AWS keeps a checksum with the object; other services often refuse the headers.
    requestChecksumCalculation: endpoint === undefined ? 'WHEN_SUPPORTED' : 'WHEN_REQUIRED',
    // What is stored carries checksums of its own.
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      httpAgent: new http.Agent(agent),
      httpsAgent: new https.Agent(agent),
      connectionTimeout: CONNECT_MS,
      socketTimeout: SOCKET_IDLE_MS,
      throwOnRequestTimeout: true,
    },
  };
}

function assertBucketName(bucket: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$/.test(bucket)) return;
  throw new PersistenceError('OPTION_INVALID', `"${bucket}" is not the name of an S3 bucket.`, {
    hint: 'Give the name alone, as in my-bucket: no s3://, no folder.',
  });
}

function assertOptions({ endpoint, accessKeyId, secretAccessKey }: S3StoreOptions): void {
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    const missing = accessKeyId === undefined ? 'accessKeyId' : 'secretAccessKey';
    throw new PersistenceError('STORE_SETTINGS_INCOMPLETE', `S3 lacks the ${missing}.`, {
      hint: 'Give accessKeyId and secretAccessKey, or neither: then the SDK looks for credentials itself.',
    });
  }
  if (endpoint === undefined) return;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    // Not repeated in the message: it may hold a password.
    throw new PersistenceError('OPTION_INVALID', 'The endpoint of S3 is not a plain URL.', {
      hint: 'Give it as in https://s3.example.com, without credentials and without the bucket.',
    });
  }
}

async function assertRegion(client: S3Client): Promise<void> {
  try {
    await client.config.region();
  } catch (cause) {
    throw new PersistenceError('STORE_SETTINGS_INCOMPLETE', 'S3 lacks the region of the bucket.', {
      hint: 'Set AWS_REGION, or the option region.',
      cause,
    });
  }
}

function addHeaders(client: S3Client, headers: Readonly<Record<string, string>>): void {
  client.middlewareStack.add(
    (next) => (args) => {
      Object.assign((args.request as { headers: Record<string, string> }).headers, headers);
      return next(args);
    },
    { step: 'build', name: 'headersOfTheService' },
  );
}
