/** A structural field of an LTX file: where it lies, from the start or, if negative, from the end. */
export interface LtxField {
  readonly name: string;
  readonly at: number;
  readonly length: number;
}

const field = (name: string, at: number, length: number): LtxField => ({ name, at, length });

const HEADER: readonly LtxField[] = [
  field('magic', 0, 4),
  field('flags', 4, 4),
  field('page size', 8, 4),
  field('commit', 12, 4),
  field('min TXID', 16, 8),
  field('max TXID', 24, 8),
  field('timestamp', 32, 8),
  field('pre-apply checksum', 40, 8),
  field('WAL offset', 48, 8),
  field('WAL size', 56, 8),
  field('salt 1', 64, 4),
  field('salt 2', 68, 4),
  field('node id', 72, 8),
  field('entry kind', 80, 1),
  field('entry version', 81, 1),
  field('entry zeros', 82, 2),
  field('frame checksum', 84, 8),
  field('parent', 92, 8),
];

const FIRST_PAGE: readonly LtxField[] = [
  field('page number', 100, 4),
  field('page flags', 104, 2),
  field('block length', 106, 4),
  field('block', 110, 64),
];

const END: readonly LtxField[] = [
  field('page index', -28, 4),
  field('index length', -24, 8),
  field('post-apply checksum', -16, 8),
  field('file checksum', -8, 8),
];

/** Every field of a file of that many bytes; those of a page only where it has one. */
export const fieldsOf = (size: number): LtxField[] => [
  ...HEADER,
  ...(size > 200 ? FIRST_PAGE : []),
  ...END,
];
