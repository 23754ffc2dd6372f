import { MemoryStore, type ObjectStore } from '../../libs/storage';
import { OBJECT_STORE_CONTRACT, runContractCase } from '../../libs/testing';
import { BROKEN_STORES } from './broken-stores';

const light = { racers: 20, rounds: 2, listed: 1100, streamed: 2 << 20 };

/** What the contract has against a store: an error for each case it fails. */
async function failures(makeStore: () => ObjectStore): Promise<string[]> {
  const failed: string[] = [];
  for (const contractCase of OBJECT_STORE_CONTRACT) {
    try {
      await runContractCase(contractCase, makeStore(), light);
    } catch (error) {
      failed.push((error as Error).message);
    }
  }
  return failed;
}

test('the contract passes a sound store', async () => {
  expect(await failures(() => new MemoryStore())).toEqual([]);
});

test.each(BROKEN_STORES)('the contract catches $name', async ({ makeStore, caughtBy }) => {
  expect(await failures(makeStore)).toContainEqual(expect.stringMatching(caughtBy));
});

test('every case that a broken store must be caught by exists', () => {
  for (const { caughtBy } of BROKEN_STORES) {
    expect(OBJECT_STORE_CONTRACT.some(({ name }) => caughtBy.test(name))).toBe(true);
  }
});
