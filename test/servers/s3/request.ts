import { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { notImplemented, S3Failure } from './failure';

export type S3Operation =
  | 'AbortMultipartUpload'
  | 'CompleteMultipartUpload'
  | 'CreateBucket'
  | 'CreateMultipartUpload'
  | 'DeleteObject'
  | 'DeleteObjects'
  | 'GetBucketLocation'
  | 'GetObject'
  | 'HeadBucket'
  | 'HeadObject'
  | 'ListObjectsV2'
  | 'PutObject'
  | 'UploadPart';

/** One request, path style: `/bucket/key?query`. */
export interface S3Request {
  readonly operation: S3Operation;
  readonly method: string;
  readonly bucket: string;
  /** Empty where the request is about the bucket. */
  readonly key: string;
  /** Path as it was sent, for the signature. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingHttpHeaders;
}

/** Decides nothing by `URL`, which would take the dots out of a key. */
export function parseRequest(message: IncomingMessage): S3Request {
  const { method = '', url = '/', headers } = message;
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const query = parseQuery(mark < 0 ? '' : url.slice(mark + 1));
  const slash = path.indexOf('/', 1);
  const bucket = decode(slash < 0 ? path.slice(1) : path.slice(1, slash));
  const key = slash < 0 ? '' : decode(path.slice(slash + 1));
  if (bucket === '') throw notImplemented('list of buckets');
  if (Buffer.byteLength(key) > 1024) {
    throw new S3Failure(400, 'KeyTooLongError', 'Your key is too long');
  }
  const operation = operationOf(method, key, query, headers);
  return { operation, method, bucket, key, path, query, headers };
}

/** Strict percent-encoding, as signatures want it. */
export function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Failure(400, 'InvalidURI', 'The path cannot be decoded');
  }
}

function parseQuery(text: string): ReadonlyMap<string, string> {
  const pairs = text.split('&').filter((pair) => pair !== '');
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
      return [decode(name), decode(value.replaceAll('+', ' '))];
    }),
  );
}

/** Sub-resources that are served; any other is refused. */
const KNOWN_QUERY = new Set([
  'continuation-token',
  'delete',
  'delimiter',
  'encoding-type',
  'fetch-owner',
  'list-type',
  'location',
  'max-keys',
  'partNumber',
  'prefix',
  'start-after',
  'uploadId',
  'uploads',
  'x-id',
]);

function operationOf(
  method: string,
  key: string,
  query: ReadonlyMap<string, string>,
  headers: IncomingHttpHeaders,
): S3Operation {
  const stranger = [...query.keys()].find((name) => !KNOWN_QUERY.has(name));
  if (stranger !== undefined) throw notImplemented(`query ${stranger}`);
  if (headers['x-amz-copy-source'] !== undefined) throw notImplemented('copy');
  const operation = key === '' ? bucketOperation(method, query) : objectOperation(method, query);
  if (operation === undefined) throw notImplemented(`such ${method}`);
  return operation;
}

function bucketOperation(
  method: string,
  query: ReadonlyMap<string, string>,
): S3Operation | undefined {
  if (method === 'PUT') return 'CreateBucket';
  if (method === 'HEAD') return 'HeadBucket';
  if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
  if (method === 'GET' && query.has('location')) return 'GetBucketLocation';
  if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2';
  return undefined;
}

function objectOperation(
  method: string,
  query: ReadonlyMap<string, string>,
): S3Operation | undefined {
  const inParts = query.has('uploadId');
  switch (method) {
    case 'GET':
      return inParts ? undefined : 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'PUT':
      return inParts ? 'UploadPart' : 'PutObject';
    case 'DELETE':
      return inParts ? 'AbortMultipartUpload' : 'DeleteObject';
    case 'POST':
      if (query.has('uploads')) return 'CreateMultipartUpload';
      return inParts ? 'CompleteMultipartUpload' : undefined;
    default:
      return undefined;
  }
}
