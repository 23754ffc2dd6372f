import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import workers from 'node:worker_threads';
import { chunked, decode, encode, headerOf } from '../../../test/compat/fixtures/ltx-samples';
import type { FileInput, FileMerger } from '../file-merger';
import { createInProcessMerger } from './in-process-merger';
import { createFileMerger } from './worker-merger';

const PAGE = 4096;
const NODE = '00000000000000aa';

/** Two files that follow each other, of so many pages of noise. */
function twoFiles(pages: number) {
  const noise = Buffer.alloc(PAGE + pages * 16);
  for (let at = 0, state = 1; at < noise.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    noise[at] = state >>> 16;
  }
  const content = (from: number) =>
    new Map(
      Array.from({ length: pages }, (_, n) => [
        n + 1,
        noise.subarray(from + n * 16, from + n * 16 + PAGE),
      ]),
    );
  return [2, 3].map((txid) =>
    encode(
      headerOf({ pageSize: PAGE, commit: pages, minTxid: txid, maxTxid: txid }),
      content(txid === 2 ? 0 : 8),
    ),
  );
}

const input = (bytes: Buffer, size = 60_000): FileInput => ({
  // Chunks are taken over.
  open: async function* () {
    for await (const chunk of chunked(bytes, size)) yield new Uint8Array(chunk);
  },
});

async function bytesOf(body: Uint8Array | { open(): AsyncIterable<Uint8Array> }): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body.open()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('The merger in a thread of its own', () => {
  let folder: string;
  let merger: FileMerger;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'merger-'));
    merger = createFileMerger({ path: join(folder, 'app.db') });
  });
  afterEach(async () => {
    await merger.close();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['little, in memory', 3, []],
    [
      'much, by a file beside the database',
      600,
      [expect.stringMatching(/^app\.db\.merging-\w+\.tmp$/)],
    ],
  ])('folds %s, as the caller itself would, and leaves nothing', async (_, pages, spools) => {
    const files = twoFiles(pages);
    const options = {
      lastChecksum: files[1]!.summary.checksum,
      wal: 'none',
      nodeId: NODE,
    } as const;
    const inputs = files.map(({ bytes }) => input(bytes));
    const folded = await merger.merge(inputs, options);
    expect(readdirSync(folder)).toEqual(spools);
    const expected = await createInProcessMerger().merge(
      files.map(({ bytes }) => input(bytes)),
      options,
    );
    const bytes = await bytesOf(folded.body);
    expect(bytes.equals(await bytesOf(expected.body))).toBe(true);
    expect(decode([bytes]).pages.size).toBe(pages);
    expect(folded).toMatchObject({ size: bytes.length, checksum: expected.checksum });
    expect(folded.inputs).toEqual(
      files.map(({ summary: { header, checksum, size } }) => ({ header, checksum, size })),
    );
    expect(await merger.verify(input(bytes))).toEqual({
      header: expected.header,
      checksum: expected.checksum,
      size: bytes.length,
    });
    await folded.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('refuses what is damaged, and goes on with the next', async () => {
    const files = twoFiles(600);
    const options = {
      lastChecksum: files[1]!.summary.checksum,
      wal: 'none',
      nodeId: NODE,
    } as const;
    const damaged = Buffer.from(files[1]!.bytes);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 200) ^ 1, damaged.length - 200);
    const merging = merger.merge([input(files[0]!.bytes), input(damaged)], options);
    await expect(merging).rejects.toMatchObject({ code: 'LTX_INVALID' });
    await expect(merger.verify(input(damaged))).rejects.toMatchObject({ code: 'LTX_INVALID' });
    expect(readdirSync(folder)).toEqual([]);
    await expect(merger.verify(input(files[1]!.bytes))).resolves.toBeDefined();
  });

  it('rejects with what an input rejects with, closes all inputs, and goes on with the next', async () => {
    const files = twoFiles(600);
    const closed: number[] = [];
    const inputs = files.map(({ bytes }, n): FileInput => ({
      open: async function* () {
        try {
          yield* input(bytes, 5_000).open();
        } finally {
          closed.push(n);
        }
      },
    }));
    const gone = new Error('the line is dead');
    inputs[1] = {
      open: async function* () {
        yield new Uint8Array(files[1]!.bytes.subarray(0, 5_000));
        throw gone;
      },
    };
    const options = {
      lastChecksum: files[1]!.summary.checksum,
      wal: 'none',
      nodeId: NODE,
    } as const;
    await expect(merger.merge(inputs, options)).rejects.toBe(gone);
    await new Promise(setImmediate);
    expect(closed).toEqual([0]);
    await expect(merger.verify(input(files[1]!.bytes))).resolves.toBeDefined();
  });

  it('does one piece of work after the other', async () => {
    const files = twoFiles(40);
    const proofs = await Promise.all(files.map(({ bytes }) => merger.verify(input(bytes))));
    expect(proofs.map(({ header }) => header.maxTxid)).toEqual([2, 3]);
  });

  it('loses one piece of work with its thread, and has a new one for the next', async () => {
    const files = twoFiles(600);
    const { Worker } = workers;
    const threads: workers.Worker[] = [];
    const started = jest.spyOn(workers, 'Worker').mockImplementation((...options) => {
      threads.push(new Worker(...options));
      return threads.at(-1)!;
    });
    const endless: FileInput = {
      open: async function* () {
        yield new Uint8Array(files[0]!.bytes.subarray(0, 5_000));
        await threads.at(-1)!.terminate();
        yield new Uint8Array(files[0]!.bytes.subarray(5_000));
      },
    };
    await expect(merger.verify(endless)).rejects.toMatchObject({ code: 'WORKER_DIED' });
    await expect(merger.verify(input(files[0]!.bytes))).resolves.toBeDefined();
    expect(threads).toHaveLength(2);
    started.mockRestore();
  });

  it('ends with what is under way when it is closed, and begins nothing more', async () => {
    const files = twoFiles(600);
    let reached!: () => void;
    const midway = new Promise<void>((resolve) => (reached = resolve));
    const options = {
      lastChecksum: files[1]!.summary.checksum,
      wal: 'none',
      nodeId: NODE,
    } as const;
    const stuck: FileInput = {
      open: async function* () {
        yield new Uint8Array(files[1]!.bytes.subarray(0, 5_000));
        reached();
        await new Promise(() => undefined);
      },
    };
    const merging = merger.merge([input(files[0]!.bytes), stuck], options);
    merging.catch(() => undefined);
    await midway;
    void merger.close();
    await expect(merging).rejects.toMatchObject({ code: 'WORKER_DIED' });
    await expect(merger.verify(input(files[0]!.bytes))).rejects.toMatchObject({
      code: 'WORKER_DIED',
    });
  });
});
