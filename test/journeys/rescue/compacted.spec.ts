import { readInventory } from '../../../libs/replica/log/inventory';
import { restorePoints } from '../../../libs/replica';
import { dateInventory } from '../../../libs/replica/rescue/date-inventory';
import { MemoryStore } from '../../../libs/storage';
import type {
  CallOptions,
  ListedObject,
  ListOptions,
  ObjectInfo,
} from '../../../libs/storage/object-store';
import { ManualClock } from '../../../libs/testing';
import { stateOf, SyntheticLog } from '../../replica/synthetic-log';

const PAGES = 8;
const EVERY_MS = 10_000;
const COMMITS = 1_200;
const MOMENTS = 60;

/** Tells times only when it is asked, as S3 does, and counts. */
class AskedStore extends MemoryStore {
  heads = 0;

  override async *list(prefix: string, options?: ListOptions): AsyncGenerator<ListedObject> {
    for await (const { time: _, ...object } of super.list(prefix, options)) yield object;
  }

  override head(key: string, options?: CallOptions): Promise<ObjectInfo> {
    this.heads++;
    return super.head(key, options);
  }
}

describe('After hours of merges, snapshots and retention', () => {
  it('every restore point and every moment gives what was there, for a few requests', async () => {
    const clock = new ManualClock(1_700_000_000_000);
    const store = new AskedStore({ now: () => clock.now() });
    const log = new SyntheticLog({ store, clock, nodeId: 'aaaaaaaaaaaaaaaa' });
    const pages = Array.from({ length: PAGES }, (_, n) => n);
    const states = new Map<number, { readonly time: number; readonly pages: string }>();
    const keep = (txid: number): void =>
      void states.set(txid, { time: log.head.timestamp, pages: pages.join(' ') });
    keep(await log.data(new Map(pages.map((fill, at) => [at + 1, fill])), PAGES));
    for (let n = 1; n <= COMMITS; n++) {
      await clock.advance(EVERY_MS);
      pages[n % PAGES] = PAGES + n;
      keep(await log.data(new Map([[1 + (n % PAGES), PAGES + n]]), PAGES));
      if (n % 3 === 0) await log.maintain();
    }
    expect(log.errors).toEqual([]);

    const points = await restorePoints({ store, clock, limit: 1_000 });
    expect(points.length).toBeGreaterThan(400);
    expect(points.map(({ txid }) => txid)).toEqual(
      points.map(({ txid }) => txid).toSorted((a, b) => b - a),
    );
    for (const { txid, time } of points) expect(time).toBe(states.get(txid)!.time);

    const inventory = await readInventory(store);
    const oldest = points.at(-1)!.time;
    for (let n = 0; n < MOMENTS; n++) {
      const moment = oldest + 1 + Math.floor(((clock.now() - oldest) * n) / MOMENTS);
      store.heads = 0;
      const dated = await dateInventory(store, inventory, moment);
      expect(store.heads).toBeLessThanOrEqual(60);
      const { txid } = points.find(({ time }) => time < moment)!;
      expect(await stateOf(store, { kind: 'time', time: moment }, dated)).toEqual({
        txid,
        pages: states.get(txid)!.pages,
      });
    }
  }, 120_000);
});
