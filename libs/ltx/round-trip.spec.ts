import * as fc from 'fast-check';
import {
  lockPage,
  type LtxHeader,
  LtxEncoder,
  LtxDecoder,
  verifyLtx,
  encodePageless,
} from './index';
import {
  arbitraryPage,
  chunked,
  cutAt,
  decode,
  encode,
  headerOf,
  PAGE_SIZES,
} from '../../test/compat/fixtures/ltx-samples';

const sample = (pageSize: number) =>
  fc
    .record({
      commit: fc.integer({ min: 1, max: 40 }),
      snapshot: fc.boolean(),
      pages: fc.array(
        fc.record({ pgno: fc.integer({ min: 1, max: 40 }), data: arbitraryPage(pageSize) }),
        { maxLength: 8 },
      ),
      fill: arbitraryPage(pageSize),
      txid: fc.integer({ min: 2, max: Number.MAX_SAFE_INTEGER }),
      salt: fc.integer({ min: 0, max: 0xffffffff }),
      foreign: fc.boolean(),
    })
    .map(({ commit, snapshot, pages, fill, txid, salt, foreign }) => {
      const stored = new Map<number, Uint8Array>();
      if (snapshot) for (let pgno = 1; pgno <= commit; pgno++) stored.set(pgno, fill);
      for (const { pgno, data } of pages) if (pgno <= commit) stored.set(pgno, data);
      const header: LtxHeader = headerOf({
        pageSize,
        commit,
        minTxid: snapshot ? 1 : txid,
        maxTxid: txid,
        walOffset: 4152,
        walSize: 24 + pageSize,
        salt1: salt,
        salt2: 0xffffffff - salt,
        ...(foreign ? { entry: null, nodeId: '0000000000000000' } : {}),
      });
      return { header, pages: new Map([...stored].sort(([a], [b]) => a - b)) };
    });

describe('an LTX file', () => {
  it.each(PAGE_SIZES)(
    'comes back as it was written, in chunks of any size (pages of %i)',
    (pageSize) => {
      fc.assert(
        fc.property(
          sample(pageSize),
          fc.array(fc.nat(), { maxLength: 12 }),
          ({ header, pages }, cuts) => {
            const { bytes, summary } = encode(header, pages);
            const decoded = decode(cutAt(bytes, cuts));
            expect(decoded.header).toEqual(header);
            expect(decoded.summary).toEqual(summary);
            expect(summary.size).toBe(bytes.length);
            expect(summary.checksum).toBe(bytes.toString('hex', bytes.length - 8));
            expect([...decoded.pages.keys()]).toEqual([...pages.keys()]);
            for (const [pgno, data] of pages)
              expect(decoded.pages.get(pgno)!.equals(data)).toBe(true);
          },
        ),
        { numRuns: 20 },
      );
    },
  );

  it('comes back when it arrives byte by byte', () => {
    const pages = new Map([[3, Buffer.from('ab'.repeat(256))]]);
    const { bytes, summary } = encode(headerOf({ commit: 4 }), pages);
    expect(decode(Array.from(bytes, (byte) => Buffer.of(byte))).summary).toEqual(summary);
  });

  it('is proved intact by reading it', async () => {
    const { bytes, summary } = encode(headerOf(), new Map([[1, Buffer.alloc(512, 7)]]));
    await expect(verifyLtx(chunked(bytes, 13))).resolves.toEqual(summary);
    await expect(verifyLtx(chunked(bytes.subarray(0, -1)))).rejects.toMatchObject({
      code: 'LTX_INVALID',
    });
  });

  it('without pages takes 131 bytes', () => {
    const { bytes, checksum } = encodePageless(headerOf({ commit: 9 }));
    expect(bytes.length).toBe(131);
    expect(decode([bytes]).summary).toMatchObject({ pages: 0, checksum });
  });

  it('does not store the lock page, and must store the one behind it', () => {
    const pageSize = 65_536;
    const lock = lockPage(pageSize);
    expect(lock).toBe(16_385);
    const header = headerOf({ pageSize, commit: lock + 1, minTxid: 1, maxTxid: 1 });
    const zero = Buffer.alloc(pageSize);
    const chunks: Buffer[] = [];
    const encoder = new LtxEncoder(header, (chunk) => chunks.push(Buffer.from(chunk)));
    for (let pgno = 1; pgno < lock; pgno++) encoder.page(pgno, zero);
    expect(() => encoder.page(lock, zero)).toThrow(/lock page/);
    expect(() => encoder.finish()).toThrow(/page 16386 is missing/);

    const whole: Buffer[] = [];
    const second = new LtxEncoder(header, (chunk) => whole.push(Buffer.from(chunk)));
    for (let pgno = 1; pgno <= lock + 1; pgno++) if (pgno !== lock) second.page(pgno, zero);
    expect(second.finish().pages).toBe(lock);
    const seen: number[] = [];
    const decoder = new LtxDecoder({ page: (pgno) => seen.push(pgno) });
    for (const chunk of whole) decoder.write(chunk);
    expect(decoder.end().pages).toBe(lock);
    expect(seen.slice(-2)).toEqual([lock - 1, lock + 1]);
  });

  it('hands a large file on in pieces, without keeping it', () => {
    let largest = 0;
    const encoder = new LtxEncoder(
      headerOf({ pageSize: 65_536, commit: 64, minTxid: 1 }),
      (chunk) => {
        largest = Math.max(largest, chunk.length);
      },
    );
    const noise = fc.sample(fc.uint8Array({ minLength: 65_536, maxLength: 65_536 }), {
      numRuns: 1,
      seed: 7,
    })[0]!;
    for (let pgno = 1; pgno <= 64; pgno++) encoder.page(pgno, noise);
    expect(encoder.finish().size).toBeGreaterThan(64 * 60_000);
    expect(largest).toBeLessThan(512 * 1024);
  });
});
