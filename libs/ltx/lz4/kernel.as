// Page kernel in AssemblyScript: LZ4 block compression and decompression, and the fold of CRC-64/ISO, over fixed regions
// of one small memory. Built into kernel.ts by scripts/build-lz4-kernel.mjs. Formats: the LZ4 block format description
// (github.com/lz4/lz4, doc/lz4_Block_format.md); CRC-64/ISO as in Go's hash/crc64.
//
// No input can reach outside its region: lengths are checked before the bytes behind them are touched, and the wide
// copies are used only where the whole width lies inside both regions.

const MAX_PAGE: u32 = 65536;
const MAX_BLOCK: u32 = MAX_PAGE + MAX_PAGE / 255 + 16;
/** Room behind a region for the last wide store of the compressor. */
const SLACK: u32 = 32;

const HASH_BITS: u32 = 12;
const TABLE: usize = 1024;
const RAW: usize = TABLE + (4 << HASH_BITS);
const PACKED: usize = RAW + MAX_PAGE + SLACK;
const BLOCK: usize = PACKED + ((MAX_BLOCK + 15) & ~15) + SLACK;
const PAGE: usize = BLOCK + ((MAX_BLOCK + 15) & ~15) + SLACK;

/** Where the page to be compressed goes. */
export function rawAt(): usize {
  return RAW;
}
/** Where `compress` leaves its block. */
export function packedAt(): usize {
  return PACKED;
}
/** Where the block to be decompressed goes. */
export function blockAt(): usize {
  return BLOCK;
}
/** Where `decompress` leaves its page. */
export function pageAt(): usize {
  return PAGE;
}

// ---------------------------------------------------------------------------------------------------------------------
// Compression: greedy, one hash table of positions. Entries are kept as `epoch + position` and `epoch` grows with each
// page, so that the table needs no clearing.

const MIN_MATCH: u32 = 4;
/** The last match begins at least so far from the end, and the last five bytes are literals. */
const MATCH_START_LIMIT: u32 = 12;
const LAST_LITERALS: u32 = 5;

let epoch: u32 = 1;

@inline
function slotOf(word: u32): usize {
  return TABLE + (<usize>((word * 0x9e3779b1) >> (32 - HASH_BITS)) << 2);
}

/** Writes the continuation bytes of a length whose first 15 stand in the token. */
@inline
function putLength(at: usize, rest: u32): usize {
  while (rest >= 255) {
    store<u8>(at++, 255);
    rest -= 255;
  }
  store<u8>(at++, <u8>rest);
  return at;
}

/** First position from `at` on where the bytes differ from those at `earlier`; at most `limit`. */
@inline
function matchEnd(at: usize, earlier: usize, limit: usize): usize {
  while (at + 8 <= limit) {
    const difference = load<u64>(at) ^ load<u64>(earlier);
    if (difference != 0) return at + <usize>(ctz(difference) >> 3);
    at += 8;
    earlier += 8;
  }
  while (at < limit && load<u8>(at) == load<u8>(earlier)) {
    at++;
    earlier++;
  }
  return at;
}

/** Compresses `length` bytes (1 to 65,536) at RAW; gives the length of the block at PACKED. */
export function compress(length: u32): u32 {
  if (length == 0 || length > MAX_PAGE) return 0;
  const end = RAW + length;
  let out = PACKED;
  let anchor = RAW;
  if (epoch > 0xffff0000 - length) {
    memory.fill(TABLE, 0, 4 << HASH_BITS);
    epoch = 1;
  }
  const start = epoch;
  epoch += length;

  if (length > MATCH_START_LIMIT) {
    const lastStart = end - MATCH_START_LIMIT;
    const limit = end - LAST_LITERALS;
    let at = RAW;
    store<u32>(slotOf(load<u32>(at)), start);
    at++;
    while (true) {
      // Search; the step grows while nothing is found, so that incompressible pages are passed over quickly.
      let match: usize = 0;
      let misses: u32 = 64;
      while (at <= lastStart) {
        const word = load<u32>(at);
        const slot = slotOf(word);
        const seen = load<u32>(slot);
        store<u32>(slot, start + <u32>(at - RAW));
        if (seen >= start) {
          const candidate = RAW + <usize>(seen - start);
          if (load<u32>(candidate) == word && at - candidate < 65536) {
            match = candidate;
            break;
          }
        }
        at += <usize>(misses++ >> 6);
      }
      if (match == 0) break;
      while (at > anchor && match > RAW && load<u8>(at - 1) == load<u8>(match - 1)) {
        at--;
        match--;
      }

      const literals = <u32>(at - anchor);
      const stop = matchEnd(at + MIN_MATCH, match + MIN_MATCH, limit);
      const extra = <u32>(stop - at) - MIN_MATCH;
      store<u8>(out++, <u8>((min<u32>(literals, 15) << 4) | min<u32>(extra, 15)));
      if (literals >= 15) out = putLength(out, literals - 15);
      if (literals <= 16) {
        // Overruns by less than the SLACK behind both regions; what is written too much is overwritten next.
        store<u64>(out, load<u64>(anchor));
        store<u64>(out + 8, load<u64>(anchor + 8));
      } else {
        memory.copy(out, anchor, literals);
      }
      out += literals;
      store<u16>(out, <u16>(at - match));
      out += 2;
      if (extra >= 15) out = putLength(out, extra - 15);

      at = stop;
      anchor = at;
      if (at > lastStart) break;
      store<u32>(slotOf(load<u32>(at - 2)), start + <u32>(at - 2 - RAW));
    }
  }

  const literals = <u32>(end - anchor);
  store<u8>(out++, <u8>(min<u32>(literals, 15) << 4));
  if (literals >= 15) out = putLength(out, literals - 15);
  memory.copy(out, anchor, literals);
  return <u32>(out - PACKED) + literals;
}

// ---------------------------------------------------------------------------------------------------------------------
// Decompression

/**
 * Decompresses the block of `length` bytes at BLOCK; gives the number of bytes at PAGE, at most `room`, or -1 for a block
 * that is not intact: one that is cut, reaches back before its page, would overflow it, or ends in a match.
 */
export function decompress(length: u32, room: u32): i32 {
  if (length > MAX_BLOCK || room > MAX_PAGE) return -1;
  const end = BLOCK + length;
  const pageEnd = PAGE + room;
  let at = BLOCK;
  let out = PAGE;
  while (at < end) {
    const token = <u32>load<u8>(at++);

    let literals = token >> 4;
    if (literals == 15) {
      let more: u32 = 255;
      while (more == 255) {
        if (at >= end) return -1;
        more = <u32>load<u8>(at++);
        literals += more;
      }
    }
    if (literals > <u32>(end - at) || literals > <u32>(pageEnd - out)) return -1;
    if (literals <= 16 && at + 16 <= end && out + 16 <= pageEnd) {
      store<u64>(out, load<u64>(at));
      store<u64>(out + 8, load<u64>(at + 8));
    } else {
      memory.copy(out, at, literals);
    }
    at += literals;
    out += literals;
    if (at == end) return <i32>(out - PAGE);

    if (<u32>(end - at) < 2) return -1;
    const distance = <u32>load<u16>(at);
    at += 2;
    if (distance == 0 || distance > <u32>(out - PAGE)) return -1;
    let count = token & 15;
    if (count == 15) {
      let more: u32 = 255;
      while (more == 255) {
        if (at >= end) return -1;
        more = <u32>load<u8>(at++);
        count += more;
      }
    }
    count += MIN_MATCH;
    if (count > <u32>(pageEnd - out)) return -1;
    if (distance >= 8 && count <= 24 && out + 24 <= pageEnd) {
      const from = out - distance;
      store<u64>(out, load<u64>(from));
      store<u64>(out + 8, load<u64>(from + 8));
      store<u64>(out + 16, load<u64>(from + 16));
      out += count;
    } else if (distance >= count) {
      memory.copy(out, out - distance, count);
      out += count;
    } else if (distance == 1) {
      memory.fill(out, load<u8>(out - 1), count);
      out += count;
    } else {
      // A repeating pattern: what stands behind `from` doubles with each copy.
      const from = out - distance;
      const stop = out + count;
      while (out < stop) {
        const piece = min<usize>(out - from, stop - out);
        memory.copy(out, from, piece);
        out += piece;
      }
    }
  }
  return -1;
}

// ---------------------------------------------------------------------------------------------------------------------
// CRC-64/ISO. The polynomial x^64 + x^4 + x^3 + x + 1 is sparse: 64 bits fold in with shifts alone. Bit 63 is x^0.

let crcHigh: u32 = 0;

/** Upper half of the last `fold`. */
export function foldedHigh(): u32 {
  return crcHigh;
}

/** Folds `length` bytes at `at` into the running value `high:low`; gives its lower half. */
export function fold(low: u32, high: u32, at: usize, length: u32): u32 {
  let crc = (<u64>high << 32) | <u64>low;
  const words = at + (length & ~7);
  const end = at + length;
  while (at < words) {
    const x = crc ^ load<u64>(at);
    // What the multiplication by x^4 + x^3 + x + 1 moves past x^63, folded once more.
    const over = (x << 63) ^ (x << 61) ^ (x << 60);
    crc = x ^ (x >> 1) ^ (x >> 3) ^ (x >> 4) ^ over ^ (over >> 1) ^ (over >> 3) ^ (over >> 4);
    at += 8;
  }
  while (at < end) {
    const x = (crc ^ <u64>load<u8>(at++)) & 0xff;
    crc = (crc >> 8) ^ (x << 56) ^ (x << 55) ^ (x << 53) ^ (x << 52);
  }
  crcHigh = <u32>(crc >> 32);
  return <u32>crc;
}
