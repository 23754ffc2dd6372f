import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { rawLtx, type RawLtx } from '../../test/compat/fixtures/raw-ltx';
import { arbitraryPage, decode, encode, headerOf } from '../../test/compat/fixtures/ltx-samples';
import { decodeLtxHeader, encodeLtxHeader, lockPage, LtxEncoder, type LtxHeader } from './index';

const page = (fill: number, size = 512): Buffer => Buffer.alloc(size, fill);
const invalid = expect.objectContaining({ code: 'LTX_INVALID', kind: 'corrupt' });

function refusalOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return 'accepted';
}

describe('A damaged file', () => {
  const sample = fc
    .tuple(
      fc.integer({ min: 1, max: 4 }),
      fc.array(arbitraryPage(512), { minLength: 4, maxLength: 4 }),
      fc.boolean(),
    )
    .map(([commit, pages, snapshot]) => {
      const stored = new Map(pages.slice(0, commit).map((data, n) => [n + 1, data]));
      if (!snapshot) stored.delete(1);
      return encode(headerOf({ commit, minTxid: snapshot ? 1 : 7, maxTxid: 7 }), stored).bytes;
    });
  const pagesOf = (bytes: Buffer) =>
    [...decode([bytes]).pages].map(([pgno, data]) => [pgno, data.toString('hex')]);

  it('is refused, whichever byte was changed (unless its pages are still the same)', () => {
    let harmless = 0;
    fc.assert(
      fc.property(sample, fc.nat(), fc.integer({ min: 1, max: 255 }), (bytes, place, flip) => {
        const changed = Buffer.from(bytes);
        changed[place % bytes.length]! ^= flip;
        let pages;
        try {
          pages = pagesOf(changed);
        } catch (error) {
          expect(error).toEqual(invalid);
          return;
        }
        harmless++;
        expect(pages).toEqual(pagesOf(bytes));
      }),
      { numRuns: 3000 },
    );
    expect(harmless).toBeLessThan(300);
  });

  it('is refused wherever it was cut, and with anything behind its end', () => {
    fc.assert(
      fc.property(
        sample,
        fc.nat(),
        fc.uint8Array({ minLength: 1, maxLength: 20 }),
        (bytes, place, tail) => {
          expect(refusalOf(() => decode([bytes.subarray(0, place % bytes.length)]))).toEqual(
            invalid,
          );
          expect(refusalOf(() => decode([bytes, tail]))).toEqual(invalid);
          expect(refusalOf(() => decode([Buffer.concat([bytes, tail])]))).toEqual(invalid);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('is refused, whichever byte of an LZ4 frame was changed', () => {
    const file =
      '../../test/fixtures/litestream/file-mixed/replica/ltx/0/0000000000000002-0000000000000002.ltx';
    const bytes = readFileSync(join(__dirname, file));
    expect(decode([bytes]).summary.pages).toBe(1);
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at]! ^= 0xff;
      expect({ at, refusal: refusalOf(() => decode([changed])) }).toEqual({ at, refusal: invalid });
    }
  });
});

describe('A forged file with a right checksum', () => {
  const header = headerOf({ commit: 4 });
  const snapshot = headerOf({ commit: 3, minTxid: 1 });
  const at = (pgno: number, fill = pgno) => ({ pgno, data: page(fill) });
  const huge = headerOf({ pageSize: 65_536, commit: 20_000 });
  const lock = { pgno: lockPage(65_536), data: page(1, 65_536) };

  it('that is right is taken', () => {
    expect(decode([rawLtx({ header, pages: [at(1), at(3)] })]).summary.pages).toBe(2);
    expect(decode([rawLtx({ header: snapshot, pages: [at(1), at(2), at(3)] })]).summary.pages).toBe(
      3,
    );
  });

  const forgeries: readonly [what: string, file: RawLtx][] = [
    ['descending pages', { header, pages: [at(3), at(1)] }],
    ['a page twice', { header, pages: [at(3), at(3, 9)] }],
    ['a page beyond the database', { header, pages: [at(5)] }],
    ['page 0', { header, pages: [{ ...at(0), flags: 1 }] }],
    ['the lock page', { header: huge, pages: [lock] }],
    ['a snapshot without its first page', { header: snapshot, pages: [at(2), at(3)] }],
    ['a snapshot without a page in the middle', { header: snapshot, pages: [at(1), at(3)] }],
    ['a snapshot without its last page', { header: snapshot, pages: [at(1), at(2)] }],
    ['a snapshot without pages', { header: snapshot }],
    ['unknown page flags', { header, pages: [{ ...at(1), flags: 2 }] }],
    ['a page size of 4 GiB', { header, pages: [{ ...at(1), says: 0xffffffff }] }],
    ['an empty block', { header, pages: [{ ...at(1), says: 0 }] }],
    ['a short page', { header, pages: [{ pgno: 1, data: page(1, 500) }] }],
    ['a long page', { header, pages: [{ pgno: 1, data: page(1, 520) }] }],
    [
      'an index of another page',
      { header, pages: [at(1)], index: (right) => (right.writeUInt8(2, 0), right) },
    ],
    ['an empty index', { header, pages: [at(1)], index: () => Buffer.of(0) }],
    [
      'an index with one element more',
      { header, pages: [at(1)], index: (right) => Buffer.concat([Buffer.of(1, 1, 1), right]) },
    ],
    ['another length of the index', { header, pages: [at(1)], indexLength: 7 }],
    ['an index length beyond 2^53', { header, pages: [at(1)], indexLength: 2 ** 60 }],
    ['a post-apply checksum', { header, pages: [at(1)], postApply: '8000000000000001' }],
    ['a tail', { header, pages: [at(1)], behind: Buffer.of(0) }],
    ['another magic', { header, patch: (head) => head.write('LTX2') }],
    ['checksum flags', { header, patch: (head) => head.writeUInt32BE(0, 4) }],
    ['unknown flags', { header, patch: (head) => head.writeUInt32BE(3, 4) }],
    [
      'a page size that is no power of two',
      { header, patch: (head) => head.writeUInt32BE(513, 8) },
    ],
    ['no database', { header, patch: (head) => head.writeUInt32BE(0, 12) }],
    ['TXID 0', { header, patch: (head) => head.fill(0, 16, 24) }],
    ['TXIDs in reverse', { header, patch: (head) => head.writeUInt32BE(9, 20) }],
    ['a TXID beyond 2^53', { header, patch: (head) => head.writeUInt8(0x20, 25) }],
    ['a pre-apply checksum', { header, patch: (head) => head.writeUInt8(1, 47) }],
    [
      'a WAL offset inside the header of a WAL',
      { header, patch: (head) => head.writeUInt32BE(31, 52) },
    ],
    [
      'salts without a WAL offset',
      { header, patch: (head) => (head.fill(0, 48, 64), head.writeUInt32BE(5, 64)) },
    ],
    ['an unknown kind of entry', { header, patch: (head) => head.writeUInt8(5, 80) }],
    ['another version of the entry', { header, patch: (head) => head.writeUInt8(2, 81) }],
    ['reserved bytes that are not zero', { header, patch: (head) => head.writeUInt8(1, 83) }],
  ];

  it.each(forgeries)('is refused: %s', (_, file) => {
    const bytes = rawLtx(file);
    expect(refusalOf(() => decode([bytes]))).toEqual(invalid);
    expect(refusalOf(() => decode(Array.from(bytes, (byte) => Buffer.of(byte))))).toEqual(invalid);
  });

  it('is refused where the database is larger than allowed, or grows by pages that are not stored', () => {
    const bytes = rawLtx({ header, pages: [at(3), at(4)] });
    expect(decode([bytes], { maxDatabaseBytes: 2048, previousCommit: 2 }).summary.pages).toBe(2);
    expect(refusalOf(() => decode([bytes], { maxDatabaseBytes: 2047 }))).toEqual(invalid);
    expect(refusalOf(() => decode([bytes], { previousCommit: 1 }))).toEqual(invalid);
    // The lock page is not missed.
    const across = rawLtx({
      header: { ...huge, commit: lock.pgno + 1 },
      pages: [{ ...lock, pgno: lock.pgno + 1 }],
    });
    expect(decode([across], { previousCommit: lock.pgno - 1 }).summary.pages).toBe(1);
    expect(refusalOf(() => decode([across], { previousCommit: lock.pgno - 2 }))).toEqual(invalid);
  });
});

describe('The encoder', () => {
  it.each([
    [{ pageSize: 513 }],
    [{ pageSize: 131_072 }],
    [{ commit: 0 }],
    [{ commit: 0xffffffff }],
    [{ commit: 1.5 }],
    [{ minTxid: 0 }],
    [{ minTxid: 3 }],
    [{ maxTxid: 2 ** 53 }],
    [{ timestamp: -1 }],
    [{ timestamp: NaN }],
    [{ walOffset: 31 }],
    [{ walOffset: 0, walSize: 24 }],
    [{ salt1: -1 }],
    [{ nodeId: 'A1B2C3D4E5F60718' }],
    [{ nodeId: '' }],
    [{ entry: { kind: 'data', frameChecksum: '', parent: '8877665544332211' } }],
    [{ entry: { kind: 'data', frameChecksum: '1122334455667788', parent: 'x'.repeat(16) } }],
  ] satisfies [Partial<LtxHeader>][])('refuses a header with %j', (fields) => {
    expect(refusalOf(() => encodeLtxHeader(headerOf(fields)))).toEqual(invalid);
  });

  it('writes every header that the decoder gives, and the decoder reads it back', () => {
    for (const kind of ['data', 'claim', 'release', 'seal', 'merged'] as const) {
      const header = headerOf({
        commit: 0xfffffffe,
        minTxid: Number.MAX_SAFE_INTEGER,
        maxTxid: Number.MAX_SAFE_INTEGER,
        walOffset: Number.MAX_SAFE_INTEGER,
        salt1: 0xffffffff,
        entry: { kind, frameChecksum: 'ffffffffffffffff', parent: '0000000000000000' },
      });
      expect(decodeLtxHeader(encodeLtxHeader(header))).toEqual(header);
    }
    expect(refusalOf(() => decodeLtxHeader(Buffer.alloc(99)))).toEqual(invalid);
  });

  it('refuses pages as the decoder does, and pages that are cut', () => {
    const encoder = () => new LtxEncoder(headerOf({ commit: 4 }), () => undefined);
    const snapshot = () => new LtxEncoder(headerOf({ commit: 2, minTxid: 1 }), () => undefined);
    const wrong: (() => unknown)[] = [
      () => encoder().page(5, page(1)),
      () => encoder().page(1, page(1).subarray(1)),
      () => encoder().page(1, page(1), 1),
      () => snapshot().page(2, page(1)),
      () => snapshot().finish(),
      () =>
        new LtxEncoder(headerOf({ pageSize: 65_536, commit: 20_000 }), () => undefined).page(
          16_385,
          page(1, 65_536),
        ),
    ];
    for (const action of wrong) expect(refusalOf(action)).toEqual(invalid);
    const twice = encoder();
    twice.page(2, page(1));
    expect(refusalOf(() => twice.page(2, page(1)))).toEqual(invalid);
    expect(refusalOf(() => twice.page(1, page(1)))).toEqual(invalid);
    twice.finish();
    expect(refusalOf(() => twice.finish())).toEqual(invalid);
    expect(refusalOf(() => twice.page(3, page(1)))).toEqual(invalid);
  });
});
