import { type PutOptions } from '../../object-store';
import { StoreError } from '../../store-error';

/** Where Litestream keeps the time of a file on Azure (its abs client), as RFC 3339. */
const TIME_NAME = 'litestreamtimestamp';
/** On accounts with a hierarchical namespace folders are listed among the blobs, with this name. */
const FOLDER_NAME = 'hdi_isfolder';

export type BlobMetadata = Readonly<Record<string, string>>;

/** The metadata of a put as Azure takes them; the time among them where one is given. */
export function toBlobMetadata(key: string, options: PutOptions): Record<string, string> {
  const metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.metadata ?? {})) {
    if (name === TIME_NAME) {
      throw new StoreError('Rejected', key, `a metadata name "${name}": it holds the time`);
    }
    metadata[encodeName(name)] = encodeValue(value);
  }
  if (options.time !== undefined) metadata[TIME_NAME] = rfc3339(options.time);
  return metadata;
}

/** What `toBlobMetadata` was given, without the time. */
export function fromBlobMetadata(metadata: BlobMetadata | undefined): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata ?? {})) {
    const lower = name.toLowerCase();
    if (lower !== TIME_NAME) given[decodeName(lower)] = decodeValue(value);
  }
  return given;
}

/** The time that a blob speaks of, in ms since 1970; undefined where it carries none. */
export function blobTime(metadata: BlobMetadata | undefined): number | undefined {
  const text = valueOf(metadata, TIME_NAME);
  const time = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

export function isFolder(metadata: BlobMetadata | undefined): boolean {
  return valueOf(metadata, FOLDER_NAME)?.toLowerCase() === 'true';
}

/** Header names come back in lower case from one call and as they were given from another. */
function valueOf(metadata: BlobMetadata | undefined, name: string): string | undefined {
  return Object.entries(metadata ?? {}).find(([each]) => each.toLowerCase() === name)?.[1];
}

/**
 * Azure wants names that are C# identifiers: letters, digits and `_`, no digit first. The port has `-` but no `_`, so `-`
 * becomes `__`, and a single `_` goes before a digit that is first.
 */
function encodeName(name: string): string {
  return name.replace(/^(?=\d)/, '_').replaceAll('-', '__');
}

function decodeName(name: string): string {
  return name.replace(/^_(?=\d)/, '').replaceAll('__', '-');
}

/** The SDK loses a header without a value, so an empty one is `""`; values made of quotes alone get two more. */
function encodeValue(value: string): string {
  return /^"*$/.test(value) ? `${value}""` : value;
}

function decodeValue(value: string): string {
  return /^"{2,}$/.test(value) ? value.slice(2) : value;
}

/** Without zeros at the end of the second's fraction, as Litestream writes it. */
function rfc3339(time: number): string {
  return new Date(time).toISOString().replace(/\.?0*Z$/, 'Z');
}
