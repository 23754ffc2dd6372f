import { randomBytes } from 'node:crypto';
import { type ObjectStore, systemClock } from '../storage';
import { abortCases } from './contract/abort.cases';
import { listedKeys } from './contract/actions';
import {
  type ContractCase,
  type ContractContext,
  type ContractOptions,
} from './contract/contract-case';
import { createCases } from './contract/create.cases';
import { deleteCases } from './contract/delete.cases';
import { faultCases } from './contract/fault.cases';
import { listCases } from './contract/list.cases';
import { propertyCases } from './contract/property.cases';
import { readCases } from './contract/read.cases';
import { swapCases } from './contract/swap.cases';
import { writeCases } from './contract/write.cases';

/** Every promise of the `ObjectStore` port, as cases that a test framework can register or a program can run. */
export const OBJECT_STORE_CONTRACT: readonly ContractCase[] = [
  ...createCases,
  ...swapCases,
  ...writeCases,
  ...propertyCases,
  ...readCases,
  ...listCases,
  ...deleteCases,
  ...abortCases,
  ...faultCases,
];

const CASE_MS = 60_000;

/**
 * Runs one case in a folder of its own, which it empties afterwards. Rejects with an error that names the case.
 *
 * @returns false where it was not run: the store does not claim that promise, or the options lack what the case needs
 */
export async function runContractCase(
  contractCase: ContractCase,
  store: ObjectStore,
  options: ContractOptions = {},
): Promise<boolean> {
  const folder = `contract-${randomBytes(6).toString('hex')}`;
  const context: ContractContext = {
    store,
    key: (name) => `${folder}/${name}`,
    options: {
      racers: 50,
      rounds: 5,
      listed: 2500,
      streamed: 16 << 20,
      large: 64 << 20,
      parallel: 32,
      caseMs: CASE_MS,
      ...options,
      ...cutBodyOf(options),
    },
  };
  if (contractCase.applies?.(context) === false || lacks(contractCase, options)) return false;
  try {
    await inTime(contractCase.run(context), context.options.caseMs);
    await store.deleteMany(await listedKeys(store, `${folder}/`));
  } catch (error) {
    throw new Error(`${contractCase.name}: ${String(error)}`, { cause: error });
  }
  return true;
}

/** What a case needs and the options do not offer. */
function lacks({ needs }: ContractCase, options: ContractOptions): string | undefined {
  if (needs === undefined) return undefined;
  const kinds = options.faults?.kinds ?? [];
  const offered =
    needs === 'cutBody' ? cutBodyOf(options).cutBody !== undefined : kinds.includes(needs);
  return offered ? undefined : needs;
}

/** Whoever can cut answers can cut bodies. */
function cutBodyOf({ cutBody, faults }: ContractOptions): Pick<ContractOptions, 'cutBody'> {
  if (cutBody !== undefined) return { cutBody };
  if (!faults?.kinds.includes('cut-answer')) return {};
  const cut: ContractOptions['cutBody'] = (_key, get) => {
    faults.inject('cut-answer');
    return get();
  };
  return { cutBody: cut };
}

async function inTime(work: Promise<void>, ms: number): Promise<void> {
  const timer = new AbortController();
  const late = systemClock.sleep(ms, timer.signal).then(
    () => Promise.reject(new Error(`not done within ${ms} ms`)),
    () => undefined,
  );
  try {
    await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

export interface DescribeContractOptions extends ContractOptions {
  /** Cases that the service is known to fail, by name, with the reason; shown as skipped. */
  readonly knownFailures?: Readonly<Record<string, string>>;
}

/**
 * Registers the contract with the test framework (global `describe`, `test`, `beforeAll`: Jest, or Vitest with globals).
 *
 * @example
 * describeObjectStoreContract('my store', () => MyStore.connect(process.env.MY_TEST_ENDPOINT));
 */
export function describeObjectStoreContract(
  name: string,
  makeStore: () => ObjectStore | Promise<ObjectStore>,
  options: DescribeContractOptions = {},
): void {
  const { knownFailures = {}, ...contract } = options;
  // The case's own limit comes first: its message says more.
  const timeoutMs = (contract.caseMs ?? CASE_MS) + 5_000;
  const strangers = Object.keys(knownFailures).filter(
    (known) => !OBJECT_STORE_CONTRACT.some((each) => each.name === known),
  );
  if (strangers.length > 0) throw new Error(`No such case: ${strangers.join('; ')}`);

  describe(`the object store contract: ${name}`, () => {
    let store: ObjectStore;
    beforeAll(async () => {
      store = await makeStore();
    });
    for (const contractCase of OBJECT_STORE_CONTRACT) {
      const { name: title } = contractCase;
      const lacking = lacks(contractCase, contract);
      const reason = knownFailures[title] ?? (lacking && `not tested: no ${lacking}`);
      if (reason !== undefined) test.skip(`${title} (${reason})`, () => undefined);
      else test(title, () => runContractCase(contractCase, store, contract), timeoutMs);
    }
  });
}
