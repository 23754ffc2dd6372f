import { LtxDecoder, LtxEncoder, type LtxHeader } from '../../libs/ltx';
import { fieldsOf } from './ltx-fields';
import {
  entryKey,
  type Objects,
  type SampleReplica,
  withoutRelease,
  withoutSnapshot,
} from './sample-replica';

/** One way in which a store can be wrong. */
export interface Damage {
  /** The row of the table it counts in. */
  readonly group: string;
  readonly label: string;
  /** The object that was harmed. */
  readonly key: string;
  apply(objects: Objects): void;
}

/** The table is made from one log alone, and from one with a snapshot beside the entries it holds and with an open end. */
export interface Case {
  readonly damage: Damage;
  readonly sample: SampleReplica;
}

const GROUPS = {
  field: 'one bit of a structural field flipped',
  position: 'one bit anywhere flipped',
  cut: 'a file cut',
  missing: 'a file missing',
  foreign: 'a file of another replica in its place',
  fork: 'an entry of a writer that never claimed in its place',
  same: 'another entry of the same writer in its place',
  future: 'a file dated a day ahead',
} as const;

/** Kinds of damage that only another object can give away. */
export const TOLD_BY_ANOTHER: ReadonlySet<string> = new Set([
  GROUPS.missing,
  GROUPS.foreign,
  GROUPS.fork,
  GROUPS.same,
]);

const POSITIONS = 200;

export function casesOf(sample: SampleReplica, other: SampleReplica): Case[] {
  const log = withoutSnapshot(sample);
  const open = withoutRelease(sample);
  const keys = [...log.objects.keys()];
  const files = keys.filter((key) => key.endsWith('.ltx'));
  const snapshot = [...open.objects.keys()].find((key) => key.startsWith('ltx/9/'))!;
  // The head is data here, and what lies below the snapshot is not read.
  const ends = [snapshot, entryKey(open.head)];
  const claim = files.find((key) => key === entryKey(log.head - 3))!;
  const ofLog = [
    ...[entryKey(1), claim, entryKey(log.head)].flatMap((key) => flippedFields(key, log)),
    ...flippedPositions(keys, log, (POSITIONS * 3) / 4),
    ...keys.flatMap((key) => cuts(key, log)),
    ...keys.map((key) => missing(key)),
    ...files.map((key) => foreign(key, other)),
    ...files.map((key) => fork(key, log)),
    // Of the newest one nobody could tell.
    ...files.slice(0, -1).map((key) => replaced(key, log)),
    ...[entryKey(1), claim, entryKey(log.head)].map((key) => futureDated(key)),
  ];
  const ofOpen = [
    ...ends.flatMap((key) => flippedFields(key, open)),
    ...flippedPositions([...open.objects.keys()], open, POSITIONS / 4),
    ...ends.flatMap((key) => cuts(key, open)),
    ...[...open.objects.keys()].map((key) => missing(key)),
    ...ends.map((key) => foreign(key, other)),
    fork(entryKey(open.head), open),
    ...ends.map((key) => futureDated(key)),
  ];
  return [
    ...ofLog.map((damage) => ({ damage, sample: log })),
    ...ofOpen.map((damage) => ({ damage, sample: open })),
  ];
}

function flippedFields(key: string, { objects }: SampleReplica): Damage[] {
  const size = objects.get(key)!.bytes.length;
  return fieldsOf(size).map(({ name, at, length }) => ({
    group: GROUPS.field,
    label: `${name} of ${key}`,
    key,
    apply: (files) =>
      edit(files, key, (bytes) => flip(bytes, (at < 0 ? size + at : at) + (length >> 1), 0x10)),
  }));
}

function flippedPositions(
  keys: readonly string[],
  { objects }: SampleReplica,
  count: number,
): Damage[] {
  const random = seeded(20_261_124);
  const sizes = keys.map((key) => objects.get(key)!.bytes.length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return Array.from({ length: count }, () => {
    let at = random(total);
    let file = 0;
    while (at >= sizes[file]!) at -= sizes[file++]!;
    const key = keys[file]!;
    const bit = 1 << random(8);
    return {
      group: GROUPS.position,
      label: `byte ${at} of ${key}`,
      key,
      apply: (files) => edit(files, key, (bytes) => flip(bytes, at, bit)),
    };
  });
}

function cuts(key: string, { objects }: SampleReplica): Damage[] {
  const size = objects.get(key)!.bytes.length;
  return [0, size >> 1, size - 1].map((length) => ({
    group: GROUPS.cut,
    label: `${key} cut to ${length} of ${size} bytes`,
    key,
    apply: (files) => edit(files, key, (bytes) => bytes.subarray(0, length)),
  }));
}

const missing = (key: string): Damage => ({
  group: GROUPS.missing,
  label: `${key} missing`,
  key,
  apply: (files) => void files.delete(key),
});

/** What another database has at the same TXID: intact, and of another history. */
const foreign = (key: string, other: SampleReplica): Damage => ({
  group: GROUPS.foreign,
  label: `${key} of another replica`,
  key,
  apply: (files) =>
    void files.set(key, { ...files.get(key)!, bytes: other.objects.get(key)!.bytes }),
});

/** What a writer that is no owner would have made of it: intact, the right parent, other bytes. */
const fork = (key: string, { objects }: SampleReplica): Damage => ({
  group: GROUPS.fork,
  label: `${key} by another writer`,
  key,
  apply: (files) =>
    edit(files, key, () => rewrite(objects.get(key)!.bytes, { nodeId: 'f0f0f0f0f0f0f0f0' })),
});

/** Intact, of the right writer, with the right parent: only the entry behind it tells. */
const replaced = (key: string, { objects }: SampleReplica): Damage => ({
  group: GROUPS.same,
  label: `${key} with other content`,
  key,
  apply: (files) => edit(files, key, () => rewrite(objects.get(key)!.bytes, {})),
});

const futureDated = (key: string): Damage => ({
  group: GROUPS.future,
  label: `${key} dated ahead`,
  key,
  apply: (files) => void files.set(key, { ...files.get(key)!, time: Date.now() + 24 * 3_600_000 }),
});

function edit(files: Objects, key: string, change: (bytes: Buffer) => Buffer): void {
  const file = files.get(key)!;
  files.set(key, { ...file, bytes: change(Buffer.from(file.bytes)) });
}

function flip(bytes: Buffer, at: number, bits: number): Buffer {
  bytes[at]! ^= bits;
  return bytes;
}

/** The same entry with one byte of a text changed, and of its header what is given. */
function rewrite(bytes: Buffer, changes: Partial<LtxHeader>): Buffer {
  const pages: { pgno: number; page: Buffer }[] = [];
  let header: LtxHeader | undefined;
  const decoder = new LtxDecoder({
    header: (read) => (header = read),
    page: (pgno, page) => pages.push({ pgno, page: Buffer.from(page) }),
  });
  decoder.write(bytes);
  decoder.end();
  const chunks: Buffer[] = [];
  const written = { ...header!, timestamp: header!.timestamp + 1, ...changes };
  const encoder = new LtxEncoder(written, (chunk) => chunks.push(Buffer.from(chunk)));
  // The last byte of a leaf belongs to a text in it.
  const last = pages.at(-1)?.page;
  if (last) last[last.length - 1]! ^= 1;
  for (const { pgno, page } of pages) encoder.page(pgno, page);
  encoder.finish();
  return Buffer.concat(chunks);
}

/** Numbers from 0 to below `limit`, the same ones in every run. */
function seeded(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
