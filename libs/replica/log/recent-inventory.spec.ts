import * as fc from 'fast-check';
import { MemoryStore, bucketLayout } from '../../storage';
import type { ObjectStore } from '../../storage/object-store';
import { readInventory } from './inventory';
import { logKey } from './log-keys';
import { readRecentInventory } from './recent-inventory';
import { planRestore } from './restore-plan';

type File = readonly [level: number, minTxid: number, maxTxid: number];

async function storeOf(files: readonly File[], store: ObjectStore = new MemoryStore()) {
  for (const [level, min, max] of files) {
    const options = { mode: 'overwrite', time: 1_000 * max } as const;
    await store.put(logKey(level, min, max), Buffer.alloc(131), options);
  }
  return store;
}

const entries = (first: number, last: number): File[] =>
  Array.from({ length: last - first + 1 }, (_, n) => [0, first + n, first + n] as const);

const latest = (inventory: Awaited<ReturnType<typeof readInventory>>) =>
  planRestore(inventory, { kind: 'latest' }, 10_000_000);

describe('An inventory for the newest state', () => {
  const compacted: File[] = [
    ...entries(40, 70),
    ...Array.from({ length: 12 }, (_, n) => [1, 5 * n + 1, 5 * n + 5] as const),
    [2, 1, 20],
    [2, 21, 40],
    [9, 1, 20],
    [9, 1, 45],
  ];

  it('holds the newest snapshot and what follows, the entry at its end included, and little else', async () => {
    const store = await storeOf(compacted);
    const { files, whole } = await readRecentInventory(store);
    expect(whole).toBe(false);
    expect(files.map(({ level, minTxid, maxTxid }) => [level, minTxid, maxTxid])).toEqual([
      ...entries(60, 70),
      [1, 46, 50],
      [1, 51, 55],
      [1, 56, 60],
      [9, 1, 45],
    ]);
  });

  it.each([
    ['there is no snapshot', entries(1, 9)],
    ['what follows the snapshot is not one chain', [[9, 1, 5], ...entries(1, 5), ...entries(7, 9)]],
  ] as [string, File[]][])('is the whole log where %s', async (_, files) => {
    const store = await storeOf(files);
    const recent = await readRecentInventory(store);
    expect(recent).toEqual({ ...(await readInventory(store)), whole: true });
  });

  it('is the whole log where a listing cannot begin anywhere', async () => {
    const capabilities = { listAfter: false };
    const store = await storeOf(compacted, new MemoryStore({ capabilities }));
    expect((await readRecentInventory(store)).whole).toBe(true);
  });

  it('leads to the very state that the whole log leads to, whatever was merged and removed, in a bucket too', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.array(fc.tuple(fc.constantFrom(1, 2, 3, 9), fc.nat(59), fc.nat(20)), { maxLength: 12 }),
        fc.array(fc.nat(59), { maxLength: 40 }),
        fc.boolean(),
        async (head, folds, removed, inBucket) => {
          const merged = folds.map(([level, at, length]): File => {
            const min = level === 9 ? 1 : Math.min(head, at + 1);
            return [level, min, Math.min(head, min + length)];
          });
          const covered = (txid: number) =>
            merged.some(([, min, max]) => min <= txid && max >= txid && txid < head);
          const gone = new Set(removed.map((at) => at + 1).filter(covered));
          const kept = entries(1, head).filter(([, txid]) => !gone.has(txid));
          const memory = new MemoryStore();
          const store = inBucket ? bucketLayout(memory) : memory;
          await storeOf([...kept, ...merged], store);
          const whole = await readInventory(store);
          let expected: number | null;
          try {
            expected = latest(whole).txid;
          } catch {
            expected = null;
          }
          if (expected === null) return;
          expect(latest(await readRecentInventory(store)).txid).toBe(expected);
        },
      ),
    );
  });
});
