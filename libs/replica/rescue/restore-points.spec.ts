import { LtxEncoder, type LtxHeader, ZERO_CHECKSUM } from '../../ltx';
import { MemoryStore } from '../../storage';
import type {
  CallOptions,
  ListedObject,
  ListOptions,
  ObjectInfo,
} from '../../storage/object-store';
import { ManualClock } from '../../testing/manual-clock';
import { logKey } from '../log/log-keys';
import { restorePoints } from './restore-points';

const T0 = 1_700_000_000_000;
const timeOf = (txid: number): number => T0 + txid * 1_000;

/** Tells times only when it is asked, as S3 does, and counts. */
class AskedStore extends MemoryStore {
  heads = 0;
  private readonly checksums = new Map<number, string>();
  /** A merge that happens behind the listing. */
  beforeHead: (key: string) => Promise<void> = () => Promise.resolve();

  override async *list(prefix: string, options?: ListOptions): AsyncGenerator<ListedObject> {
    for await (const { key, size } of super.list(prefix, options)) yield { key, size };
  }

  override async head(key: string, options?: CallOptions): Promise<ObjectInfo> {
    this.heads++;
    await this.beforeHead(key);
    return super.head(key, options);
  }

  /** An entry, a merged file of entries that are there, or `late`: an entry of nobody's history. */
  async add(level: number, minTxid: number, maxTxid: number, late = false): Promise<void> {
    const kind = level === 0 ? 'data' : 'merged';
    const parent = late
      ? 'eeeeeeeeeeeeeeee'
      : this.checksums.get(level === 0 ? minTxid - 1 : maxTxid);
    const chunks: Buffer[] = [];
    const header: LtxHeader = {
      pageSize: 4096,
      commit: 1,
      minTxid,
      maxTxid,
      timestamp: timeOf(maxTxid),
      walOffset: 32,
      walSize: 0,
      salt1: 0,
      salt2: 0,
      nodeId: '00000000000000aa',
      entry: { kind, frameChecksum: ZERO_CHECKSUM, parent: parent ?? ZERO_CHECKSUM },
    };
    const encoder = new LtxEncoder(header, (chunk) => chunks.push(Buffer.from(chunk)));
    encoder.page(1, Buffer.alloc(4096));
    const { checksum } = encoder.finish();
    if (level === 0 && !late) this.checksums.set(maxTxid, checksum);
    const key = logKey(level, minTxid, maxTxid);
    await this.put(key, Buffer.concat(chunks), { mode: 'overwrite', time: timeOf(maxTxid) });
  }

  async addEntries(from: number, to: number): Promise<void> {
    for (let txid = from; txid <= to; txid++) await this.add(0, txid, txid);
  }

  remove(...txids: number[]): Promise<void> {
    return this.deleteMany(txids.map((txid) => logKey(0, txid, txid)));
  }
}

describe('Restore points', () => {
  let store: AskedStore;
  const clock = new ManualClock(timeOf(1_000));
  beforeEach(() => {
    store = new AskedStore();
  });
  const txids = async (query: { from?: number; to?: number; limit?: number } = {}) =>
    (await restorePoints({ store, clock, ...query })).map(({ txid }) => txid);

  it('come newest first, with the time of each and how far it was merged', async () => {
    await store.addEntries(1, 5);
    await store.add(9, 1, 3);
    await store.remove(1, 2, 3);
    expect(await restorePoints({ store, clock })).toEqual([
      { txid: 5, time: timeOf(5), level: 0 },
      { txid: 4, time: timeOf(4), level: 0 },
      { txid: 3, time: timeOf(3), level: 9 },
    ]);
  });

  it('come in pages that follow each other without a gap', async () => {
    await store.addEntries(1, 30);
    const pages: number[] = [];
    let to: number | undefined;
    for (let page = 0; page < 5; page++) {
      const points = await restorePoints({
        store,
        clock,
        limit: 7,
        ...(to !== undefined && { to }),
      });
      pages.push(...points.map(({ txid }) => txid));
      to = points.at(-1)?.time;
    }
    expect(pages).toEqual(Array.from({ length: 30 }, (_, n) => 30 - n));
  });

  it('lie from the one moment, inclusive, to before the other', async () => {
    await store.addEntries(1, 9);
    expect(await txids({ from: timeOf(3), to: timeOf(6) })).toEqual([5, 4, 3]);
    expect(await txids({ from: timeOf(3) + 1, to: timeOf(6) + 1 })).toEqual([6, 5, 4]);
    expect(await txids({ to: timeOf(1) })).toEqual([]);
  });

  it('cost one request each, and a few for the bounds, of a thousand', async () => {
    await store.addEntries(1, 1_000);
    expect(await txids({ from: timeOf(100), to: timeOf(900), limit: 20 })).toHaveLength(20);
    expect(store.heads).toBeLessThanOrEqual(20 + 2 * 11);
  });

  it('are listed anew where a merge removes a file meanwhile', async () => {
    await store.addEntries(1, 4);
    store.beforeHead = async (key) => {
      if (key !== logKey(0, 2, 2)) return;
      store.beforeHead = () => Promise.resolve();
      await store.add(1, 1, 3);
      await store.remove(2, 3);
    };
    const points = restorePoints({ store, clock });
    await clock.whenSleeping();
    await clock.advance(1_000);
    expect((await points).map(({ txid }) => txid)).toEqual([4, 3, 1]);
  });

  it('leave out a claim that came too late, and keep one that counts', async () => {
    await store.addEntries(1, 7);
    await store.add(1, 1, 4);
    await store.add(1, 5, 6);
    await store.remove(1, 2, 3, 4, 5);
    expect(await txids()).toEqual([7, 6, 4]);
    await store.add(0, 5, 5, true);
    expect(await txids()).toEqual([7, 6, 4]);
    await store.addEntries(5, 5);
    expect(await txids()).toEqual([7, 6, 5, 4]);
  });
});
