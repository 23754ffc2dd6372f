import { randomBytes } from 'node:crypto';
import { type ObjectStore } from '../../libs/storage';
import {
  type ContractCase,
  type ContractOptions,
  OBJECT_STORE_CONTRACT,
  runContractCase,
} from '../../libs/testing';
import { type Place } from './place';
import { RacingProcesses } from './racing-processes';
import { LIGHT, WRAPPERS } from './wrappers';

export interface CaseResult {
  /** The provider, or the wrapper around it. */
  readonly subject: string;
  readonly name: string;
  /** `not claimed`: the store does not promise it. `not tested`: the harm it needs cannot be done there. */
  readonly outcome: 'passed' | 'failed' | 'not claimed' | 'not tested';
  readonly ms: number;
  readonly error?: string;
}

export const PROVIDER = 'the provider';

/** Promises that take several processes to break. */
export const PROCESS_CASES = {
  create: 'processes: of several that create one object exactly one wins, and the object is its',
  count: 'processes: no increment of several that count by compare-and-swap is lost',
} as const;

/** Names of all promises, in the order of the table. */
export const ALL_CASES: readonly string[] = [
  ...OBJECT_STORE_CONTRACT.map(({ name }) => name),
  ...Object.values(PROCESS_CASES),
];

/** Every promise over the provider, those about faults over a disturbed connection, and all again in each wrapper. */
export async function* runContract(place: Place, wrappers: boolean): AsyncGenerator<CaseResult> {
  for (const each of OBJECT_STORE_CONTRACT) {
    const { store, harm } = (each.needs && place.disturbed) || { store: place.store, harm: {} };
    yield await runCase(PROVIDER, each, store, harm);
  }
  yield* runProcesses(place);
  if (!wrappers) return;
  for (const [subject, wrap] of Object.entries(WRAPPERS)) {
    const store = wrap(place.store);
    for (const each of OBJECT_STORE_CONTRACT) {
      // A wrapper cannot be disturbed from below here; libs/storage/wrappers has tests of that.
      if (!each.needs) yield await runCase(subject, each, store, LIGHT);
    }
  }
}

async function runCase(
  subject: string,
  contractCase: ContractCase,
  store: ObjectStore,
  options: ContractOptions,
): Promise<CaseResult> {
  const { name, needs } = contractCase;
  return timed(subject, name, async () => {
    // A server somewhere else may take its time.
    const ran = await runContractCase(contractCase, store, { caseMs: 300_000, ...options });
    if (ran) return 'passed';
    return needs ? 'not tested' : 'not claimed';
  });
}

async function* runProcesses({ store, address }: Place): AsyncGenerator<CaseResult> {
  const claims: Record<keyof typeof PROCESS_CASES, boolean> = {
    create: store.capabilities.conditionalCreate,
    count: store.capabilities.compareAndSwap,
  };
  const folder = `contract-${randomBytes(6).toString('hex')}/`;
  const start = () => RacingProcesses.start(store, address!, folder);
  const racing = address && (await start());
  try {
    for (const which of ['create', 'count'] as const) {
      yield await timed(PROVIDER, PROCESS_CASES[which], async () => {
        if (racing === undefined) return 'not tested';
        if (!claims[which]) return 'not claimed';
        await racing[which](20);
        return 'passed';
      });
    }
  } finally {
    await racing?.end();
    const keys: string[] = [];
    for await (const { key } of store.list(folder)) keys.push(key);
    await store.deleteMany(keys);
  }
}

async function timed(
  subject: string,
  name: string,
  run: () => Promise<CaseResult['outcome']>,
): Promise<CaseResult> {
  const begun = performance.now();
  const result = (outcome: CaseResult['outcome'], error?: string): CaseResult => ({
    subject,
    name,
    outcome,
    ms: Math.round(performance.now() - begun),
    ...(error === undefined ? {} : { error }),
  });
  try {
    return result(await run());
  } catch (error) {
    return result('failed', error instanceof Error ? error.message : String(error));
  }
}
