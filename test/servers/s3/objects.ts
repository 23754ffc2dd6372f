import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders } from 'node:http';
import { type Answer, xmlAnswer } from './answer';
import { type Bucket } from './bucket';
import { noSuchKey, notImplemented, preconditionFailed, S3Failure } from './failure';
import { hasChecksum } from './payload';
import { type S3Request } from './request';
import { type StoredObject } from './stored-object';
import { document, element, escapeXml, textsOf } from './xml';

const KEYS_PER_REQUEST = 1000;
const METADATA_BYTES_MAX = 2048;

export function putObject(bucket: Bucket, request: S3Request, body: Buffer, now: number): Answer {
  const headers = keptHeaders(request.headers);
  assertConditions(request.headers, bucket.get(request.key));
  const etag = createHash('md5').update(body).digest('hex');
  bucket.put(request.key, { body, etag, modified: now, headers });
  return { status: 200, headers: { etag: `"${etag}"` } };
}

export function getObject(bucket: Bucket, { key, headers }: S3Request): Answer {
  assertUnconditional(headers);
  const object = bucket.get(key);
  if (object === undefined) throw noSuchKey();
  const size = object.body.byteLength;
  const span = headers.range === undefined ? undefined : parseRange(headers.range, size);
  if (span === undefined) {
    return { status: 200, headers: objectHeaders(object), body: object.body };
  }
  const { start, end } = span;
  const range = { 'content-range': `bytes ${start}-${end - 1}/${size}` };
  return {
    status: 206,
    headers: { ...objectHeaders(object), ...range },
    body: object.body.subarray(start, end),
  };
}

export function deleteObject(bucket: Bucket, { key, headers }: S3Request): Answer {
  assertUnconditional(headers);
  bucket.delete(key);
  return { status: 204 };
}

export function deleteObjects(bucket: Bucket, { headers }: S3Request, body: Buffer): Answer {
  if (!hasChecksum(headers)) {
    throw new S3Failure(400, 'InvalidRequest', 'Missing required header: Content-MD5');
  }
  const xml = body.toString();
  const keys = textsOf(xml, 'Key');
  if (keys.length === 0 || keys.length > KEYS_PER_REQUEST) {
    throw new S3Failure(400, 'MalformedXML', 'The XML you provided was not well-formed');
  }
  for (const key of keys) bucket.delete(key);
  const quiet = textsOf(xml, 'Quiet')[0] === 'true';
  const deleted = keys.map((key) => element('Deleted', element('Key', escapeXml(key))));
  return xmlAnswer(document('DeleteResult', quiet ? '' : deleted.join('')));
}

/** Of a write: `If-None-Match: *`, or `If-Match` with a tag; an absent object is 404 there, as with the original. */
export function assertConditions(
  headers: IncomingHttpHeaders,
  current: StoredObject | undefined,
): void {
  const { 'if-none-match': unless, 'if-match': only } = headers;
  if (unless !== undefined && (unless !== '*' || only !== undefined)) {
    throw notImplemented('such condition');
  }
  if (unless !== undefined && current !== undefined) throw preconditionFailed();
  if (only === undefined) return;
  if (current === undefined) throw noSuchKey();
  if (only.replaceAll('"', '') !== current.etag) throw preconditionFailed();
}

function assertUnconditional(headers: IncomingHttpHeaders): void {
  const names = ['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];
  const used = names.find((name) => headers[name] !== undefined);
  if (used !== undefined) throw notImplemented(`${used} here`);
}

/** Content type and metadata of a write. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'));
  const bytes = metadata.reduce(
    (sum, [name, value]) => sum + name.length - 'x-amz-meta-'.length + String(value).length,
    0,
  );
  if (bytes > METADATA_BYTES_MAX) {
    throw new S3Failure(400, 'MetadataTooLarge', 'Your metadata headers exceed the maximum size');
  }
  return {
    'content-type': headers['content-type'] ?? 'binary/octet-stream',
    ...Object.fromEntries(metadata.map(([name, value]) => [name, String(value)])),
  };
}

function objectHeaders({ etag, modified, headers }: StoredObject): Record<string, string> {
  return {
    ...headers,
    etag: `"${etag}"`,
    'last-modified': new Date(modified).toUTCString(),
    'accept-ranges': 'bytes',
  };
}

/** First byte and the byte behind the last one; undefined where it is no range that means anything. */
function parseRange(range: string, size: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
  if (first === undefined || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(Number(last) + 1, size);
  if (start >= size) {
    throw new S3Failure(416, 'InvalidRange', 'The requested range is not satisfiable');
  }
  return end > start ? { start, end } : undefined;
}
