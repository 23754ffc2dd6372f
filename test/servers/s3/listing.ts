import { type Answer, xmlAnswer } from './answer';
import { type Bucket } from './bucket';
import { S3Failure } from './failure';
import { encode, type S3Request } from './request';
import { document, element, escapeXml } from './xml';

const PAGE_MAX = 1000;

/** One page of ListObjectsV2. The token names the last key (or common prefix) of the page before. */
export function listObjects(bucket: Bucket, { query }: S3Request): Answer {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const url = query.get('encoding-type') === 'url';
  const max = Math.min(Number(query.get('max-keys') ?? PAGE_MAX), PAGE_MAX);
  if (!Number.isInteger(max) || max < 0) {
    throw new S3Failure(400, 'InvalidArgument', 'max-keys is no number of keys');
  }
  const token = query.get('continuation-token');
  const after =
    token === undefined ? query.get('start-after') : Buffer.from(token, 'base64url').toString();
  const { entries, truncated } = pageOf(bucket.keys(), prefix, delimiter, after ?? '', max);
  // A space comes as +, as with the original.
  const name = (key: string) => (url ? encode(key).replaceAll('%20', '+') : escapeXml(key));
  const last = entries.at(-1)?.name ?? '';
  return xmlAnswer(
    document(
      'ListBucketResult',
      [
        element('Name', bucket.name),
        element('Prefix', name(prefix)),
        element('KeyCount', entries.length),
        element('MaxKeys', max),
        element('IsTruncated', truncated),
        url ? element('EncodingType', 'url') : '',
        truncated ? element('NextContinuationToken', Buffer.from(last).toString('base64url')) : '',
        ...entries.map((entry) =>
          entry.isPrefix
            ? element('CommonPrefixes', element('Prefix', name(entry.name)))
            : contents(bucket, entry.name, name),
        ),
      ].join(''),
    ),
  );
}

interface Entry {
  readonly name: string;
  /** Stands for all keys that begin with it, up to the delimiter. */
  readonly isPrefix: boolean;
}

function pageOf(
  keys: readonly string[],
  prefix: string,
  delimiter: string,
  after: string,
  max: number,
): { entries: Entry[]; truncated: boolean } {
  const entries: Entry[] = [];
  const behind = Buffer.from(after);
  let folder: string | undefined;
  for (const key of keys) {
    if (!key.startsWith(prefix) || Buffer.compare(Buffer.from(key), behind) <= 0) continue;
    if (folder !== undefined && key.startsWith(folder)) continue;
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    folder = end < 0 ? undefined : key.slice(0, end + delimiter.length);
    // Was on the page before, which ended with it.
    if (folder !== undefined && folder === after) continue;
    if (entries.length === max) return { entries, truncated: max > 0 };
    entries.push({ name: folder ?? key, isPrefix: folder !== undefined });
  }
  return { entries, truncated: false };
}

function contents(bucket: Bucket, key: string, name: (key: string) => string): string {
  const { body, etag, modified } = bucket.get(key)!;
  return element(
    'Contents',
    element('Key', name(key)) +
      element('LastModified', new Date(modified).toISOString()) +
      element('ETag', `&quot;${etag}&quot;`) +
      element('Size', body.byteLength) +
      element('StorageClass', 'STANDARD'),
  );
}
