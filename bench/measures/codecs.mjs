import { alternate } from '../lib/alternate.mjs';
import { runChild } from '../lib/child.mjs';
import { digits, medians } from '../lib/figures.mjs';
import { row, table } from '../lib/rows.mjs';
import { sample } from '../lib/samples.mjs';

const LZ4 = ['kernel', 'lz4-napi', 'lz4-wasm-nodejs'];

export const codecs = {
  name: 'codecs',
  title: 'LZ4 of pages, and CRC-64',
  about:
    'Pages of 4 KiB of a sample database, one call each, after a warm-up, as an LTX file holds them; MB per second of CPU. The libraries return a new buffer and put the length before each block. A kernel of our own has to earn its keep here.',
  async run(context) {
    const path = await sample(context.quick ? 10 : 100, context);
    const pages = context.quick ? 2_400 : 20_000;
    const measure = (codec) => runChild('codecs', { path, pages, codec });
    const results = await alternate([...LZ4, 'crc64'], context.rounds, measure, context);
    return report(results);
  },
};

function report(results) {
  const { kernel, byteTable } = medians(results.get('crc64'));
  const rates = LZ4.map((codec) => [codec, medians(results.get(codec))]);
  const label = (codec) => (codec === 'kernel' ? 'our kernel (WebAssembly)' : codec);
  return {
    rows: [
      ...rates.flatMap(([codec, rate]) => [
        row(`LZ4 compress, ${label(codec)}`, rate.compress, 'MB/s'),
        row(`LZ4 decompress, ${label(codec)}`, rate.decompress, 'MB/s'),
      ]),
      row('CRC-64, our kernel (WebAssembly)', kernel, 'MB/s'),
      row('CRC-64, byte table in JavaScript', byteTable, 'MB/s'),
    ],
    tables: [
      table(
        ['LZ4 of pages', 'compress, MB/s', 'decompress, MB/s', 'ratio'],
        rates.map(([codec, rate]) => [
          label(codec),
          ...[rate.compress, rate.decompress, rate.ratio].map(digits),
        ]),
      ),
      table(
        ['CRC-64', 'MB/s'],
        [
          ['our kernel (WebAssembly)', digits(kernel)],
          ['byte table in JavaScript', digits(byteTable)],
        ],
      ),
    ],
  };
}
