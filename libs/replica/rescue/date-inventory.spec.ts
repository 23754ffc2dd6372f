import * as fc from 'fast-check';
import { MemoryStore } from '../../storage';
import type { CallOptions, ObjectInfo } from '../../storage/object-store';
import type { Inventory, LogFile } from '../log/inventory';
import { logKey } from '../log/log-keys';
import { planRestore, type RestoreTarget } from '../log/restore-plan';
import { dateInventory } from './date-inventory';

const T0 = 1_700_000_000_000;
const timeOf = (txid: number): number => T0 + txid * 1_000;
const FAR = timeOf(1_000_000);

const file = (
  level: number,
  minTxid: number,
  maxTxid: number,
  time = timeOf(maxTxid),
): LogFile => ({
  level,
  minTxid,
  maxTxid,
  size: 200,
  time,
  key: logKey(level, minTxid, maxTxid),
});

/** Tells times only when it is asked, as S3 does, and counts. */
class AskedStore extends MemoryStore {
  heads = 0;

  constructor(private readonly dated: readonly LogFile[]) {
    super();
  }

  override head(key: string, _options?: CallOptions): Promise<ObjectInfo> {
    this.heads++;
    const { size, time } = this.dated.find((known) => known.key === key)!;
    return Promise.resolve({ key, size, time: time!, tag: '', metadata: {} });
  }
}

const untold = (files: readonly LogFile[]): Inventory => ({
  files: files.map(({ level, minTxid, maxTxid, size, key }) => ({
    level,
    minTxid,
    maxTxid,
    size,
    key,
  })),
});

function outcome(inventory: Inventory, time: number): string {
  const target: RestoreTarget = { kind: 'time', time };
  try {
    return planRestore(inventory, target, FAR)
      .files.map(({ key }) => key)
      .join();
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

const claim = (txid: number, time?: number): LogFile => ({
  ...file(0, txid, txid, time),
  size: 131,
});

describe('An inventory whose listing tells no times', () => {
  /** Merges at random places, at two levels, entries kept from some TXID on, kept claims and late ones before that. */
  const history = fc
    .record({
      head: fc.integer({ min: 1, max: 60 }),
      cuts: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }),
      kept: fc.integer({ min: 1, max: 61 }),
      claims: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }),
      late: fc.boolean(),
    })
    .map(({ head, cuts, kept, claims, late }) => {
      const ends = [...new Set([...cuts, head].filter((cut) => cut <= head))].sort((a, b) => a - b);
      const merged = ends.map((end, n) => file(1, (ends[n - 1] ?? 0) + 1, end));
      const first = Math.min(kept, head);
      const run = Array.from({ length: head - first + 1 }, (_, n) => file(0, first + n, first + n));
      const old = [...new Set(claims)].filter((txid) => txid < first).map((txid) => claim(txid));
      const void_ = late && first > 1 && !old.some(({ maxTxid }) => maxTxid === first - 1);
      const snapshot = file(9, 1, ends[ends.length >> 1]!);
      const last = void_ ? [claim(first - 1, timeOf(head + 3))] : [];
      return [...old, ...last, ...run, ...merged, snapshot];
    });

  it('leads to the very plan that all times would give, for every moment', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 0, max: 64_000 }), async (files, after) => {
        const time = T0 + after;
        const dated = await dateInventory(new AskedStore(files), untold(files), time);
        expect(outcome(dated, time)).toBe(outcome({ files }, time));
      }),
      { numRuns: 1_000 },
    );
  });

  it('costs some thirty requests for a day of one entry a second', async () => {
    const day = 86_400;
    const files = [
      ...Array.from({ length: day }, (_, n) => file(0, n + 1, n + 1)),
      ...Array.from({ length: day / 30 }, (_, n) => file(1, n * 30 + 1, n * 30 + 30)),
      file(9, 1, day / 2),
    ];
    const store = new AskedStore(files);
    const dated = await dateInventory(store, untold(files), timeOf(70_000) + 1);
    expect(planRestore(dated, { kind: 'time', time: timeOf(70_000) + 1 }, FAR).txid).toBe(70_000);
    expect(store.heads).toBeLessThanOrEqual(35);
  });

  it('asks nothing where the listing tells the times', async () => {
    const files = [file(0, 1, 1), file(0, 2, 2)];
    const store = new AskedStore(files);
    expect(await dateInventory(store, { files }, T0)).toEqual({ files });
    expect(store.heads).toBe(0);
  });

  it('still refuses a hole', async () => {
    const files = [file(0, 1, 1), file(0, 2, 2), file(0, 4, 4)];
    const dated = await dateInventory(new AskedStore(files), untold(files), timeOf(9));
    expect(outcome(dated, timeOf(9))).toBe('REPLICA_GAP');
  });
});
