import { closeSync, openSync, readSync } from 'node:fs';
import { createRequire } from 'node:module';
import { answer } from '../lib/child.mjs';
import { byteTableCrc64 } from '../lib/byte-table-crc64.mjs';
import { codecs } from '../lib/product.mjs';

const require = createRequire(import.meta.url);
const PAGE = 4_096;
/** WebAssembly and JavaScript are compiled anew, in the background, once they have turned out to be busy. */
const WARM_UP_MS = 1_500;

/** Compresses and decompresses the pages of a real database one by one, as an LTX file holds them. */
answer(({ path, pages, codec }) => {
  const source = readPages(path, pages);
  const megabytes = (source.length * PAGE) / 1e6;
  // By CPU time: nothing here waits, and on a busy machine the clock would count the work of others.
  const rate = (work) => {
    const begun = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(begun);
    return [megabytes / ((user + system) / 1e6), result];
  };
  if (codec === 'crc64') return checksumRates(source, rate);
  const { compress, decompress } = ways[codec]();
  const warm = performance.now() + WARM_UP_MS;
  for (let i = 0; performance.now() < warm; i++) decompress(compress(source[i % source.length]));
  const [compressRate, blocks] = rate(() => source.map((page) => compress(page)));
  const [decompressRate] = rate(() => blocks.forEach((block) => decompress(block)));
  for (const [i, block] of blocks.entries()) {
    if (!source[i].equals(decompress(block)))
      throw new Error(`${codec} does not give page ${i} back`);
  }
  return {
    compress: compressRate,
    decompress: decompressRate,
    ratio: (source.length * PAGE) / blocks.reduce((total, block) => total + block.length, 0),
  };
});

function checksumRates(source, rate) {
  const { Crc64 } = codecs();
  new Crc64().update(Buffer.concat(source));
  byteTableCrc64(source);
  const [kernel, found] = rate(() =>
    source.reduce((crc, page) => crc.update(page), new Crc64()).digest(),
  );
  const [byteTable, expected] = rate(() => byteTableCrc64(source));
  if (found !== expected) throw new Error(`CRC-64 is ${found}, and by the table ${expected}`);
  return { kernel, byteTable };
}

const ways = {
  kernel() {
    const { pageKernel } = codecs();
    return {
      compress(page) {
        const length = pageKernel.compress(page, 0, PAGE);
        const block = Buffer.allocUnsafe(length);
        pageKernel.copyBlock(length, block, 0);
        return block;
      },
      decompress: (block) => pageKernel.decompress(block, 0, block.length, PAGE),
    };
  },
  'lz4-napi'() {
    const { compressSync, uncompressSync } = require('lz4-napi');
    return { compress: compressSync, decompress: uncompressSync };
  },
  'lz4-wasm-nodejs'() {
    const { compress, decompress } = require('lz4-wasm-nodejs');
    return { compress, decompress };
  },
};

function readPages(path, count) {
  const bytes = Buffer.alloc(count * PAGE);
  const file = openSync(path, 'r');
  const read = readSync(file, bytes, 0, bytes.length, 0);
  closeSync(file);
  return Array.from({ length: Math.floor(read / PAGE) }, (_, i) =>
    bytes.subarray(i * PAGE, (i + 1) * PAGE),
  );
}
