import * as fc from 'fast-check';
import {
  arbitraryHistory as history,
  chunked,
  decode,
  encode,
  type Encoded,
  headerOf,
  type Pages,
} from '../../test/compat/fixtures/ltx-samples';
import { type LtxHeader, type MergeOptions, mergeLtx, ZERO_CHECKSUM } from './index';

const page = (fill: number): Buffer => Buffer.alloc(512, fill);

/** Applies files in order, as a restore does: the definition of what a merge must do. */
function apply(files: readonly Buffer[], from: Pages = new Map()): Map<number, string> {
  const state = new Map([...from].map(([pgno, data]) => [pgno, Buffer.from(data).toString('hex')]));
  for (const file of files) {
    const { header, pages } = decode([file]);
    for (const [pgno, data] of pages) state.set(pgno, data.toString('hex'));
    for (const pgno of state.keys()) if (pgno > header!.commit) state.delete(pgno);
  }
  return new Map([...state].sort(([a], [b]) => a - b));
}

async function merge(
  entries: readonly Encoded[],
  options: Partial<MergeOptions> = {},
  chunk = 300,
) {
  const out: Buffer[] = [];
  const lastChecksum = entries.at(-1)?.summary.checksum ?? '';
  const summary = await mergeLtx(
    entries.map(({ bytes }) => chunked(bytes, chunk)),
    (piece) => out.push(Buffer.from(piece)),
    { lastChecksum, ...options },
  );
  return { bytes: Buffer.concat(out), summary };
}

describe('A merged file', () => {
  it('does to a database what its inputs do one after the other, however it is folded', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.nat(),
        fc.integer({ min: 1, max: 2000 }),
        async (entries, place, chunk) => {
          const expected = apply(entries.map(({ bytes }) => bytes));
          const whole = await merge(entries, {}, chunk);
          expect(apply([whole.bytes])).toEqual(expected);

          const cut = 1 + (place % (entries.length - 1));
          const front = await merge(entries.slice(0, cut), {}, chunk);
          const back = await merge(entries.slice(cut), {}, chunk);
          expect(apply([front.bytes, back.bytes])).toEqual(expected);
          const folded = await merge([front, back], {}, chunk);
          expect(folded.bytes.equals(whole.bytes)).toBe(true);

          // Two files that overlap.
          const most = await merge(entries.slice(0, -1), {}, chunk);
          const overlapping = await merge(
            [front, most, entries.at(-1)!].slice(cut === entries.length - 1 ? 1 : 0),
            {},
            chunk,
          );
          expect(apply([overlapping.bytes])).toEqual(expected);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('carries the time of its last input and names the last entry that it holds', async () => {
    const [entries] = fc.sample(history, { numRuns: 1, seed: 11 });
    const [first, last] = [entries![0]!.summary, entries!.at(-1)!.summary];
    const { bytes, summary } = await merge(entries!, { nodeId: '00000000000000aa' });
    const header: LtxHeader = {
      ...last.header,
      minTxid: first.header.minTxid,
      nodeId: '00000000000000aa',
      walOffset: 0,
      walSize: 0,
      salt1: 0,
      salt2: 0,
      entry: {
        kind: 'merged',
        frameChecksum: last.header.entry!.frameChecksum,
        parent: last.checksum,
      },
    };
    expect(summary.header).toEqual(header);
    expect(decode([bytes]).summary).toEqual(summary);

    const again = await merge([{ bytes, summary }], { wal: 'last' });
    expect(again.summary.header).toEqual(header);
    const placed = await merge(entries!, { wal: 'last' });
    expect(placed.summary.header).toMatchObject({ walOffset: last.header.walOffset, salt1: 5 });
    const foreign = encode({ ...last.header, entry: null }, new Map());
    const adopted = await merge([...entries!.slice(0, -1), foreign].slice(-1));
    expect(adopted.summary.header.entry).toEqual({
      kind: 'merged',
      frameChecksum: ZERO_CHECKSUM,
      parent: ZERO_CHECKSUM,
    });
  });

  it('of claims alone has no pages', async () => {
    const claims = [4, 5].map((txid) =>
      encode(
        headerOf({
          commit: 9,
          minTxid: txid,
          maxTxid: txid,
          entry: { kind: 'claim', frameChecksum: ZERO_CHECKSUM, parent: ZERO_CHECKSUM },
        }),
        new Map(),
      ),
    );
    const { bytes, summary } = await merge(claims);
    expect([bytes.length, summary.pages]).toEqual([131, 0]);
  });
});

describe('A merge is refused', () => {
  const entry = (fields: Partial<LtxHeader>, pages: Pages = new Map()) =>
    encode(headerOf({ commit: 3, ...fields }), pages);
  const at = (txid: number) => ({ minTxid: txid, maxTxid: txid });

  it.each([
    ['of nothing', []],
    ['across a gap', [entry(at(2)), entry(at(4))]],
    ['out of order', [entry(at(3)), entry(at(2))]],
    ['of the same file twice', [entry(at(3)), entry(at(3))]],
    ['that would begin before its first file', [entry(at(3)), entry({ minTxid: 2, maxTxid: 5 })]],
    ['of other page sizes', [entry(at(2)), entry({ ...at(3), pageSize: 1024 })]],
    ['back in time', [entry({ ...at(2), timestamp: 9 }), entry({ ...at(3), timestamp: 8 })]],
    [
      'of a file that grows by pages it does not store',
      [entry(at(2)), entry({ ...at(3), commit: 4 })],
    ],
  ])('%s', async (_, entries) => {
    await expect(merge(entries)).rejects.toMatchObject({ code: 'LTX_INVALID' });
  });

  it('with an input that is damaged, cut, longer than it says, or not the one that was named', async () => {
    const good = [
      entry(at(2), new Map([[1, page(1)]])),
      entry(at(3), new Map([[2, page(2)]])),
    ] as const;
    await expect(merge(good)).resolves.toBeDefined();
    for (const which of [0, 1]) {
      for (const spoil of [
        (bytes: Buffer) => bytes.subarray(0, -1),
        (bytes: Buffer) => bytes.subarray(0, 90),
        (bytes: Buffer) => Buffer.concat([bytes, Buffer.of(0)]),
        (bytes: Buffer) => (bytes.writeUInt8(bytes.at(-1)! ^ 1, bytes.length - 1), bytes),
      ]) {
        const spoiled = good.map((it, n) =>
          n === which ? { ...it, bytes: spoil(Buffer.from(it.bytes)) } : it,
        );
        for (const chunk of [1, 7, 5000]) {
          await expect(merge(spoiled, {}, chunk)).rejects.toMatchObject({ code: 'LTX_INVALID' });
        }
      }
    }
    await expect(merge(good, { lastChecksum: ZERO_CHECKSUM })).rejects.toMatchObject({
      code: 'LTX_INVALID',
    });
  });

  it('and closes every input, also when one of them fails', async () => {
    const closed: number[] = [];
    async function* source(n: number, bytes: Buffer): AsyncGenerator<Uint8Array> {
      try {
        yield* chunked(bytes, 50);
        if (n === 1) throw new Error('the line is dead');
      } finally {
        closed.push(n);
      }
    }
    const files = [entry(at(2)), entry(at(3), new Map([[2, page(2)]])), entry(at(4))];
    const inputs = files.map(({ bytes }, n) => source(n, n === 1 ? bytes.subarray(0, 120) : bytes));
    const merging = mergeLtx(inputs, () => undefined, { lastChecksum: files[2]!.summary.checksum });
    await expect(merging).rejects.toThrow('the line is dead');
    expect(new Set(closed)).toEqual(new Set([0, 1, 2]));
  });
});
