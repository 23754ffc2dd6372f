import fs, {
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import {
  arbitraryHistory,
  chunked,
  decode,
  encode,
  type Encoded,
  headerOf,
  type Pages,
} from '../../../../test/compat/fixtures/ltx-samples';
import { type LtxHeader, mergeLtx, ZERO_CHECKSUM } from '../../../ltx';
import { ApplyTarget, type AppliedState } from './index';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'apply-'))));
afterEach(() => {
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const page = (fill: number): Buffer => Buffer.alloc(512, fill);
const pages = (...numbers: number[]): Pages => new Map(numbers.map((pgno) => [pgno, page(pgno)]));
const keyOf = ({ minTxid, maxTxid }: LtxHeader): string => `ltx/0/${minTxid}-${maxTxid}`;

let files = 0;
const newPath = (): string => join(folder, `${files++}.db`);

async function apply(
  entries: readonly Encoded[],
  path = newPath(),
  chunk = 200,
): Promise<AppliedState> {
  const target = new ApplyTarget(path);
  try {
    for (const { bytes, summary } of entries) {
      target.beginFile({ key: keyOf(summary.header), ...summary.header });
      for await (const piece of chunked(bytes, chunk)) target.write(piece);
      expect(target.endFile()).toEqual(summary);
    }
    return target.finish();
  } finally {
    target.abort();
  }
}

/** What a database is behind these files, by the definition. */
function contentOf(entries: readonly Encoded[]): Buffer {
  const state = new Map<number, Buffer>();
  let commit = 0;
  for (const { bytes } of entries) {
    const file = decode([bytes]);
    for (const [pgno, data] of file.pages) state.set(pgno, data);
    commit = file.header!.commit;
    for (const pgno of state.keys()) if (pgno > commit) state.delete(pgno);
  }
  return Buffer.concat(Array.from({ length: commit }, (_, n) => state.get(n + 1)!));
}

async function merged(entries: readonly Encoded[]): Promise<Encoded> {
  if (entries.length === 1) return entries[0]!;
  const out: Buffer[] = [];
  const summary = await mergeLtx(
    entries.map(({ bytes }) => chunked(bytes)),
    (piece) => out.push(Buffer.from(piece)),
    { lastChecksum: entries.at(-1)!.summary.checksum },
  );
  return { bytes: Buffer.concat(out), summary };
}

describe('Applying files of the log', () => {
  it('gives the state of each, whole, in pieces and merged', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryHistory,
        fc.nat(),
        fc.integer({ min: 1, max: 3000 }),
        async (entries, place, chunk) => {
          const expected = contentOf(entries);
          const cut = 1 + (place % (entries.length - 1));
          const plans = [
            entries,
            [await merged(entries)],
            [await merged(entries.slice(0, cut)), ...entries.slice(cut)],
            [await merged(entries.slice(0, cut)), await merged(entries.slice(cut))],
            [await merged(entries.slice(0, cut)), await merged(entries)].slice(
              cut === entries.length ? 1 : 0,
            ),
          ];
          for (const plan of plans) {
            const path = newPath();
            const state = await apply(plan, path, chunk);
            expect(readFileSync(path).equals(expected)).toBe(true);
            const { header, checksum } = plan.at(-1)!.summary;
            expect(state).toEqual({
              pageSize: 512,
              commit: header.commit,
              txid: header.maxTxid,
              checksum,
              header,
            });
            rmSync(path);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('shows each state in the file while more may follow', async () => {
    const entries = fc.sample(arbitraryHistory, { numRuns: 1, seed: 5 })[0]!;
    const path = newPath();
    const target = new ApplyTarget(path);
    entries.forEach(({ bytes, summary }, n) => {
      target.beginFile({ key: 'k', ...summary.header });
      target.write(bytes);
      target.endFile();
      expect(readFileSync(path).equals(contentOf(entries.slice(0, n + 1)))).toBe(true);
    });
    target.abort();
  });

  it('writes megabytes to their places, whatever their order in the file', async () => {
    const commit = 5000;
    const all = new Map(Array.from({ length: commit }, (_, n) => [n + 1, page((n * 7) % 251)]));
    const odd = new Map(
      [...all].filter(([pgno]) => pgno % 3 === 1).map(([pgno]) => [pgno, page(9)]),
    );
    const entries = [
      encode(headerOf({ commit, ...at(1), entry: null }), all),
      encode(headerOf({ commit, ...at(2), entry: null }), odd),
    ];
    const path = newPath();
    await apply(entries, path, 100_000);
    expect(readFileSync(path).equals(contentOf(entries))).toBe(true);
  });
});

const at = (txid: number) => ({ minTxid: txid, maxTxid: txid });
const entry = (parent: string, kind: 'data' | 'claim' = 'data') =>
  ({ kind, frameChecksum: ZERO_CHECKSUM, parent }) as const;
const snapshot = encode(
  headerOf({ commit: 3, ...at(1), timestamp: 100, entry: entry(ZERO_CHECKSUM) }),
  pages(1, 2, 3),
);
/** The entry behind the snapshot, but for what the test changes. */
const second = (fields: Partial<LtxHeader> = {}, stored: Pages = pages(2)): Encoded =>
  encode(
    headerOf({
      commit: 3,
      ...at(2),
      timestamp: 101,
      entry: entry(snapshot.summary.checksum),
      ...fields,
    }),
    stored,
  );

/** As Litestream writes them, with a place in the write-ahead log. */
const foreign = (txid: number, fields: Partial<LtxHeader>, stored: Pages = pages(2)): Encoded =>
  encode(
    headerOf({ commit: 3, ...at(txid), entry: null, walSize: 536, salt1: 7, salt2: 8, ...fields }),
    stored,
  );
const foreignSnapshot = foreign(1, { walOffset: 32 }, pages(1, 2, 3));

describe('A file is refused', () => {
  const cases: readonly [what: string, code: string, files: readonly Encoded[]][] = [
    ['that is no snapshot, at the beginning', 'REPLICA_GAP', [second()]],
    ['behind a gap', 'REPLICA_GAP', [snapshot, second(at(3))]],
    ['that was applied before', 'REPLICA_CORRUPT', [snapshot, snapshot]],
    ['of another page size', 'REPLICA_CORRUPT', [snapshot, second({ pageSize: 1024 }, new Map())]],
    ['dated before the one it continues', 'REPLICA_CORRUPT', [snapshot, second({ timestamp: 99 })]],
    [
      'that names another parent',
      'REPLICA_CORRUPT',
      [snapshot, second({ entry: entry('8000000000000001') })],
    ],
    [
      'a claim that names another parent',
      'REPLICA_CORRUPT',
      [snapshot, second({ entry: entry(ZERO_CHECKSUM, 'claim') })],
    ],
    [
      'a commit by an instance that had not claimed',
      'REPLICA_CORRUPT',
      [snapshot, second({ nodeId: '00000000000000ff' })],
    ],
    [
      'that names a parent although the one before has no name',
      'REPLICA_CORRUPT',
      [foreignSnapshot, second({ timestamp: 1_800_000_000_000 })],
    ],
    [
      'that grows the database by pages it does not store',
      'LTX_INVALID',
      [snapshot, second({ commit: 5 }, pages(5))],
    ],
    [
      'of Litestream from another write-ahead log',
      'REPLICA_CORRUPT',
      [foreignSnapshot, foreign(2, { walOffset: 568, salt1: 9 })],
    ],
    [
      'of Litestream from another place of the log',
      'REPLICA_CORRUPT',
      [foreignSnapshot, foreign(2, { walOffset: 1104 })],
    ],
  ];
  it.each(cases)('%s', async (_, code, entries) => {
    const { header } = entries.at(-1)!.summary;
    await expect(apply(entries)).rejects.toMatchObject({ code, key: keyOf(header) });
  });

  it.each([
    ['its name says another first TXID', { minTxid: 1, maxTxid: 2 }],
    ['its name says another last TXID', { minTxid: 2, maxTxid: 3 }],
  ])('where %s', (_, name) => {
    const target = new ApplyTarget(newPath());
    target.beginFile({ key: 'first', minTxid: 1, maxTxid: 1 });
    target.write(snapshot.bytes);
    target.endFile();
    target.beginFile({ key: 'second', ...name });
    expect(() => target.write(second().bytes)).toThrow(
      expect.objectContaining({ code: 'REPLICA_CORRUPT', key: 'second' }),
    );
    target.abort();
  });

  it('when it is damaged or cut, with its key', async () => {
    const cut = { ...second(), bytes: second().bytes.subarray(0, -1) };
    await expect(apply([snapshot, cut])).rejects.toMatchObject({
      code: 'LTX_INVALID',
      key: 'ltx/0/2-2',
    });
    const bytes = Buffer.from(second().bytes);
    bytes[bytes.length - 1]! ^= 1;
    await expect(apply([snapshot, { ...second(), bytes }])).rejects.toMatchObject({
      code: 'LTX_INVALID',
      key: 'ltx/0/2-2',
      message: expect.stringContaining('ltx/0/2-2'),
    });
  });
});

describe('A file is taken', () => {
  it.each<[string, readonly Encoded[]]>([
    ['that names its parent', [snapshot, second()]],
    [
      'a claim by another instance',
      [
        snapshot,
        second({ nodeId: '00000000000000ff', entry: entry(snapshot.summary.checksum, 'claim') }),
      ],
    ],
    ['of the same moment', [snapshot, second({ timestamp: 100 })]],
    [
      'of Litestream at the next place of its log',
      [foreignSnapshot, foreign(2, { walOffset: 568 })],
    ],
    [
      'of Litestream from a log that was begun anew',
      [foreignSnapshot, foreign(2, { walOffset: 32, salt1: 9 })],
    ],
    [
      'of Litestream, dated before a snapshot of its',
      [foreignSnapshot, foreign(2, { walOffset: 568, timestamp: 5 })],
    ],
    ['of Litestream behind ours that names no place', [snapshot, foreign(2, { walOffset: 4152 })]],
    [
      'of ours behind one of Litestream’s',
      [foreignSnapshot, second({ entry: entry(ZERO_CHECKSUM) })],
    ],
    [
      'that grows the database again behind a shrink',
      [snapshot, second({ commit: 1 }, pages(1)), third()],
    ],
  ])('%s', async (_, entries) => {
    const path = newPath();
    await apply(entries, path);
    expect(readFileSync(path).equals(contentOf(entries))).toBe(true);
  });

  function third(): Encoded {
    const { checksum } = second({ commit: 1 }, pages(1)).summary;
    return encode(
      headerOf({ commit: 3, ...at(3), timestamp: 102, entry: entry(checksum) }),
      pages(2, 3),
    );
  }

  it('behind a merged one, if it names the last entry in that', async () => {
    const front = await merged([snapshot, second()]);
    const next = (parent: string) =>
      encode(headerOf({ commit: 3, ...at(3), timestamp: 102, entry: entry(parent) }), pages(1));
    await expect(apply([front, next(second().summary.checksum)])).resolves.toMatchObject({
      txid: 3,
    });
    await expect(apply([front, next(front.summary.checksum)])).rejects.toMatchObject({
      code: 'REPLICA_CORRUPT',
    });
  });
});

describe('The file on disk', () => {
  it('is never one that was there before', () => {
    const path = newPath();
    writeFileSync(path, 'mine');
    expect(() => new ApplyTarget(path)).toThrow(
      expect.objectContaining({ code: 'DATABASE_UNREADABLE' }),
    );
    expect(readFileSync(path, 'utf8')).toBe('mine');
    expect(() => new ApplyTarget(join(folder, 'no', 'folder.db'))).toThrow(
      expect.objectContaining({ code: 'DATABASE_UNREADABLE' }),
    );
  });

  it('is readable for its owner alone', async () => {
    const path = newPath();
    await apply([snapshot], path);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('that finds no room is DISK_FULL', async () => {
    jest.spyOn(fs, 'writeSync').mockImplementation(() => {
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    });
    await expect(apply([snapshot])).rejects.toMatchObject({ code: 'DISK_FULL' });
  });

  it('is written on where the system takes only a part at a time', async () => {
    const write = fs.writeSync;
    jest
      .spyOn(fs, 'writeSync')
      .mockImplementation(((
        file: number,
        data: Buffer,
        from: number,
        length: number,
        place: number,
      ) => write(file, data, from, Math.min(length, 100), place)) as typeof fs.writeSync);
    const path = newPath();
    await apply([snapshot], path);
    expect(readFileSync(path).equals(contentOf([snapshot]))).toBe(true);
  });

  it('is closed by abort, at any moment and more than once', () => {
    const path = newPath();
    const target = new ApplyTarget(path);
    target.beginFile({ key: 'k', ...snapshot.summary.header });
    target.write(snapshot.bytes.subarray(0, 300));
    target.abort();
    target.abort();
    expect(existsSync(path)).toBe(true);
  });

  it('is not finished in the middle of a file, nor without one', () => {
    const target = new ApplyTarget(newPath());
    expect(() => target.finish()).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    expect(() => target.write(Buffer.of(1))).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    target.beginFile({ key: 'k', minTxid: 1, maxTxid: 1 });
    expect(() => target.beginFile({ key: 'k', minTxid: 1, maxTxid: 1 })).toThrow(
      expect.objectContaining({ code: 'INTERNAL' }),
    );
    expect(() => target.finish()).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
    target.abort();
  });
});
