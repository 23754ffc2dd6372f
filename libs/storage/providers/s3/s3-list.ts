import { type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3';
import { compareKeys } from '../../keys';
import { type ListedObject, type ListOptions } from '../../object-store';
import { StoreError } from '../../store-error';
import { s3Call } from './s3-call';
import { type S3Bucket } from './s3-client';

/** A service may answer pages without a key, not without an end. */
const EMPTY_PAGES_MAX = 1000;

/** @param serviceSkips whether the service lists in order, and so can begin behind `startAfter` */
export async function* listObjects(
  bucket: S3Bucket,
  prefix: string,
  { startAfter, signal }: ListOptions,
  serviceSkips: boolean,
): AsyncGenerator<ListedObject> {
  let token: string | undefined;
  let emptyPages = 0;
  do {
    const page = await listPage(
      bucket,
      prefix,
      token,
      serviceSkips ? startAfter : undefined,
      signal,
    );
    const objects = objectsOf(prefix, page);
    emptyPages = objects.length === 0 ? emptyPages + 1 : 0;
    for (const object of objects) {
      // Some services take the start for a hint.
      if (startAfter !== undefined && compareKeys(object.key, startAfter) <= 0) continue;
      yield object;
      signal?.throwIfAborted();
    }
    token = nextToken(prefix, page, token);
    if (emptyPages > EMPTY_PAGES_MAX) {
      throw new StoreError('Rejected', prefix, 'the store lists empty pages without an end');
    }
  } while (token !== undefined);
}

function listPage(
  { client, sdk, name }: S3Bucket,
  prefix: string,
  token: string | undefined,
  startAfter: string | undefined,
  signal: AbortSignal | undefined,
): Promise<ListObjectsV2CommandOutput> {
  const command = new sdk.ListObjectsV2Command({
    Bucket: name,
    Prefix: prefix,
    // XML cannot hold every character that a key may have.
    EncodingType: 'url',
    ...(startAfter === undefined || startAfter === '' ? {} : { StartAfter: startAfter }),
    ...(token === undefined ? {} : { ContinuationToken: token }),
  });
  return s3Call(prefix, signal, (options) => client.send(command, options));
}

function objectsOf(prefix: string, page: ListObjectsV2CommandOutput): ListedObject[] {
  const decode = page.EncodingType === 'url' ? decodeKey : (key: string) => key;
  return (page.Contents ?? []).map(({ Key, Size, LastModified }) => {
    if (Key === undefined || Size === undefined) {
      throw new StoreError('Rejected', prefix, 'the store lists an object without name or size');
    }
    const key = decode(Key);
    if (!key.startsWith(prefix)) {
      throw new StoreError(
        'Rejected',
        prefix,
        `the store lists "${key}", which it was not asked for`,
      );
    }
    return {
      key,
      size: Size,
      ...(LastModified === undefined ? {} : { written: LastModified.getTime() }),
    };
  });
}

function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}

function nextToken(
  prefix: string,
  { IsTruncated, NextContinuationToken }: ListObjectsV2CommandOutput,
  last: string | undefined,
): string | undefined {
  if (IsTruncated !== true) return undefined;
  if (NextContinuationToken === undefined || NextContinuationToken === last) {
    throw new StoreError('Rejected', prefix, 'the store says there is more, and not where');
  }
  return NextContinuationToken;
}
