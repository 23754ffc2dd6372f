import * as fc from 'fast-check';
import { arbitraryPage, PAGE_SIZES } from '../../../test/compat/fixtures/ltx-samples';
import { lz4Bound, pageKernel } from './page-kernel';

function compress(page: Uint8Array): Buffer {
  const length = pageKernel.compress(page, 0, page.length);
  const block = Buffer.alloc(length);
  pageKernel.copyBlock(length, block, 0);
  return block;
}

const decompress = (block: Uint8Array, pageSize: number): Buffer | null => {
  const page = pageKernel.decompress(block, 0, block.length, pageSize);
  return page && Buffer.from(page);
};

/** The block format, read the slow way, byte by byte; null for a block that breaks a rule. */
function reference(block: Uint8Array, pageSize: number): Buffer | null {
  const out: number[] = [];
  let at = 0;
  const length = (first: number): number => {
    let total = first;
    for (let byte = 255; first === 15 && byte === 255; total += byte) {
      if (at >= block.length) return NaN;
      byte = block[at++]!;
    }
    return total;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = length(token >> 4);
    if (!(at + literals <= block.length)) return null;
    for (let n = 0; n < literals; n++) out.push(block[at++]!);
    if (out.length > pageSize) return null;
    if (at === block.length) return out.length === pageSize ? Buffer.from(out) : null;
    if (at + 2 > block.length) return null;
    const distance = block[at]! | (block[at + 1]! << 8);
    at += 2;
    const match = length(token & 15) + 4;
    if (Number.isNaN(match) || distance === 0 || distance > out.length) return null;
    if (out.length + match > pageSize) return null;
    for (let n = 0; n < match; n++) out.push(out.at(-distance)!);
  }
  return null;
}

/** The one page size that a block can be intact for: what it gives when there is room enough, read up to its end. */
function intactSize(block: Uint8Array): number {
  let [at, size] = [0, 0];
  const length = (first: number): number => {
    let total = first;
    for (let byte = 255; first === 15 && byte === 255; total += byte) byte = block[at++] ?? 0;
    return total;
  };
  while (at < block.length) {
    const token = block[at++]!;
    const literals = length(token >> 4);
    at += literals;
    size += literals;
    if (at >= block.length) break;
    at += 2;
    size += length(token & 15) + 4;
  }
  return Math.min(size, 65_536);
}

/** Sequences of a block, right and wrong ones. */
const arbitraryBlock = fc
  .array(
    fc.record({
      literals: fc.uint8Array({ maxLength: 40 }),
      match: fc.integer({ min: 4, max: 400 }),
      distance: fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 65_535 })),
    }),
    { maxLength: 8 },
  )
  .chain((sequences) =>
    fc.tuple(
      fc.constant(sequences),
      fc.uint8Array({ maxLength: 40 }),
      fc.option(fc.nat(), { freq: 3 }),
    ),
  )
  .map(([sequences, tail, cut]) => {
    const parts: number[] = [];
    const extension = (value: number): number[] => {
      if (value < 15) return [];
      const rest = value - 15;
      return [...Array<number>(Math.floor(rest / 255)).fill(255), rest % 255];
    };
    for (const { literals, match, distance } of sequences) {
      const extra = match - 4;
      parts.push((Math.min(literals.length, 15) << 4) | Math.min(extra, 15));
      parts.push(...extension(literals.length), ...literals, distance & 255, distance >> 8);
      parts.push(...extension(extra));
    }
    parts.push(Math.min(tail.length, 15) << 4, ...extension(tail.length), ...tail);
    const block = Buffer.from(parts);
    return cut === null ? block : block.subarray(0, cut % (block.length + 1));
  });

describe('The LZ4 kernel', () => {
  it.each(PAGE_SIZES)('gives a page of %i bytes back', (pageSize) => {
    fc.assert(
      fc.property(arbitraryPage(pageSize), (page) => {
        const block = compress(page);
        expect(block.length).toBeLessThanOrEqual(lz4Bound(pageSize));
        expect(decompress(block, pageSize)!.equals(page)).toBe(true);
        if (pageSize <= 4096) expect(reference(block, pageSize)!.equals(page)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('makes little of what repeats, and never more of noise than the bound', () => {
    expect(compress(Buffer.alloc(65_536)).length).toBeLessThan(300);
    expect(
      compress(Buffer.from('course,lesson;'.repeat(300)).subarray(0, 4096)).length,
    ).toBeLessThan(80);
  });

  it('compresses any length, and the same page always to the same block', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (bytes) => {
        const block = compress(bytes);
        compress(Buffer.alloc(4096, 3));
        expect(compress(bytes).equals(block)).toBe(true);
        expect(decompress(block, bytes.length)!.equals(bytes)).toBe(true);
      }),
    );
  });

  it('agrees with the format about every block, intact or not', () => {
    let intact = 0;
    fc.assert(
      fc.property(arbitraryBlock, fc.constantFrom(64, 512, 4096), (block, room) => {
        for (const pageSize of [intactSize(block), room]) {
          const expected = reference(block, pageSize);
          if (expected) intact++;
          expect(decompress(block, pageSize)).toEqual(expected);
        }
      }),
      { numRuns: 3000 },
    );
    expect(intact).toBeGreaterThan(100);
  });

  it('agrees about noise', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (block) => {
        expect(decompress(block, 512)).toEqual(reference(block, 512));
      }),
      { numRuns: 3000 },
    );
  });

  it('never takes bytes that an earlier block left behind', () => {
    const page = Buffer.from('left behind by the block before. '.repeat(16)).subarray(0, 512);
    expect(decompress(compress(page), 512)).not.toBeNull();
    // 512 literals are announced, and one is there.
    const lying = Buffer.from([0xf0, 255, 242, 0x41]);
    expect(decompress(lying, 512)).toBeNull();
    // A match that reaches back before the page.
    expect(decompress(Buffer.from([0x1f, 0x41, 2, 0, 255, 237, 0]), 512)).toBeNull();
  });

  it('refuses what is longer than any block', () => {
    expect(decompress(Buffer.alloc(lz4Bound(65_536) + 1), 65_536)).toBeNull();
    expect(() => pageKernel.compress(Buffer.alloc(70_000), 0, 70_000)).toThrow(RangeError);
  });

  it('keeps the block it made while other pages are decompressed', () => {
    const page = Buffer.from('kept while another is read '.repeat(40)).subarray(0, 1024);
    const length = pageKernel.compress(page, 0, page.length);
    const block = Buffer.alloc(length);
    decompress(Buffer.alloc(lz4Bound(65_536), 0x11), 65_536);
    pageKernel.copyBlock(length, block, 0);
    expect(reference(block, 1024)!.equals(page)).toBe(true);
  });
});
