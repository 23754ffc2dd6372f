import { assertPutOptions } from '../../put-options';
import { type ObjectInfo, type PutOptions } from '../../object-store';
import { StoreError } from '../../store-error';

/** Where Litestream keeps the moment an object speaks of: RFC 3339 in the object's metadata. */
const TIME_NAME = 'litestream-timestamp';

/** The metadata as they are sent with an object. */
export function sentMetadata(key: string, options: PutOptions): Record<string, string> {
  assertPutOptions(key, options);
  const { metadata, time } = options;
  if (metadata?.[TIME_NAME] !== undefined) {
    throw new StoreError('Rejected', key, `the metadata name "${TIME_NAME}" is taken by the time`);
  }
  return { ...metadata, ...(time === undefined ? {} : { [TIME_NAME]: rfc3339(time) }) };
}

/** As Go's RFC3339Nano writes it: without trailing zeros of the fraction. */
function rfc3339(time: number): string {
  return new Date(time).toISOString().replace(/\.?0+Z$/, 'Z');
}

/** What the service tells of an object in its headers. */
export interface ObjectHeaders {
  readonly ETag?: string | undefined;
  readonly LastModified?: Date | undefined;
  readonly Metadata?: Readonly<Record<string, string>> | undefined;
}

export function objectInfo(
  key: string,
  size: number | undefined,
  headers: ObjectHeaders,
): ObjectInfo {
  const { ETag: tag, LastModified: modified } = headers;
  if (size === undefined || tag === undefined || modified === undefined) {
    throw new StoreError('Rejected', key, 'the store tells no size, ETag or Last-Modified');
  }
  const { [TIME_NAME]: stamp, ...metadata } = headers.Metadata ?? {};
  const written = modified.getTime();
  const time = stamp === undefined ? Number.NaN : Date.parse(stamp);
  return { key, size, tag, written, time: Number.isNaN(time) ? written : time, metadata };
}
