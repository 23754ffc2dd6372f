import { MemoryStore, type ObjectStore } from '../../libs/storage';
import {
  type ContractFaults,
  FaultyObjectStore,
  OBJECT_STORE_CONTRACT,
  runContractCase,
} from '../../libs/testing';
import { BROKEN_STORES } from './broken-stores';
import { injectedFaults } from './injected-faults';

const light = {
  racers: 20,
  rounds: 2,
  listed: 1100,
  streamed: 2 << 20,
  large: 2 << 20,
  caseMs: 10_000,
};

/** What the contract has against a store: an error for each case it fails. */
async function failures(
  makeStore: () => ObjectStore,
  faults?: (store: ObjectStore) => ContractFaults,
  cases = OBJECT_STORE_CONTRACT,
): Promise<string[]> {
  const failed: string[] = [];
  for (const contractCase of cases) {
    const store = makeStore();
    try {
      await runContractCase(contractCase, store, {
        ...light,
        ...(faults && { faults: faults(store) }),
      });
    } catch (error) {
      failed.push((error as Error).message);
    }
  }
  return failed;
}

test('the contract passes a sound store', async () => {
  expect(await failures(() => new MemoryStore())).toEqual([]);
});

test('the contract passes a sound store on a bad day', async () => {
  const disturbed = (store: ObjectStore) => injectedFaults(store as FaultyObjectStore);
  expect(await failures(() => new FaultyObjectStore(new MemoryStore()), disturbed)).toEqual([]);
});

test.each(BROKEN_STORES)('the contract catches $name', async ({ makeStore, faults, caughtBy }) => {
  const cases = OBJECT_STORE_CONTRACT.filter(({ name }) => caughtBy.test(name));
  expect(await failures(makeStore, faults, cases)).toContainEqual(expect.stringMatching(caughtBy));
});

test('every case that a broken store must be caught by exists', () => {
  for (const { caughtBy } of BROKEN_STORES) {
    expect(OBJECT_STORE_CONTRACT.some(({ name }) => caughtBy.test(name))).toBe(true);
  }
});
