import { createHash } from 'node:crypto';
import { type DeleteObjectsCommand, type DeleteObjectsCommandOutput } from '@aws-sdk/client-s3';
import { StoreError } from '../../store-error';
import { s3Call } from './s3-call';
import { type S3Bucket } from './s3-client';
import { s3KeyError } from './s3-errors';

/** What the service takes in one request. */
const KEYS_PER_REQUEST = 1000;
/** XML cannot name these, or reads them as others; a request of its own can. */
// eslint-disable-next-line no-control-regex
const NOT_IN_XML = /[\x00-\x1f\x7f\ufffe\uffff]/;

export async function deleteObjects(
  bucket: S3Bucket,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const distinct = [...new Set(keys)];
  const together = distinct.filter((key) => !NOT_IN_XML.test(key));
  for (let at = 0; at < together.length; at += KEYS_PER_REQUEST) {
    await deletePage(bucket, together.slice(at, at + KEYS_PER_REQUEST), signal);
  }
  for (const key of distinct) if (NOT_IN_XML.test(key)) await deleteOne(bucket, key, signal);
}

async function deletePage(
  { client, sdk, name, plainChecksums }: S3Bucket,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const command = new sdk.DeleteObjectsCommand({
    Bucket: name,
    Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: false },
  });
  if (plainChecksums) signWithMd5(command);
  const answer = await s3Call(keys[0]!, signal, (options) => client.send(command, options));
  assertDeleted(keys, answer);
}

/** The answer is "200" even where single keys were refused, and some services do not mention all of them. */
function assertDeleted(
  keys: readonly string[],
  { Deleted = [], Errors = [] }: DeleteObjectsCommandOutput,
): void {
  const gone = new Set(Deleted.map(({ Key }) => Key));
  for (const { Key, Code = 'Error', Message = '' } of Errors) {
    if (Code === 'NoSuchKey') gone.add(Key);
    else throw s3KeyError(Key ?? keys[0]!, Code, Message);
  }
  const kept = keys.find((key) => !gone.has(key));
  if (kept !== undefined) {
    throw new StoreError('Unavailable', kept, 'the store did not say that it deleted this object');
  }
}

async function deleteOne(
  { client, sdk, name }: S3Bucket,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const command = new sdk.DeleteObjectCommand({ Bucket: name, Key: key });
  await s3Call(key, signal, (options) => client.send(command, options));
}

/** This request must carry a checksum of its body. The SDK sends a CRC-32, older services know only Content-MD5. */
function signWithMd5(command: DeleteObjectsCommand): void {
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string>; body: string };
      for (const header of Object.keys(request.headers)) {
        if (/^x-amz-(checksum-|sdk-checksum-)/i.test(header)) delete request.headers[header];
      }
      request.headers['content-md5'] = createHash('md5').update(request.body).digest('base64');
      return next(args);
    },
    { step: 'build', priority: 'low', name: 'contentMd5' },
  );
}
