import {
  type ContractFault,
  type ContractFaults,
  type Fault,
  type FaultyObjectStore,
} from '../../libs/testing';

const FAULTS: Readonly<Partial<Record<ContractFault, Fault>>> = {
  unavailable: { kind: 'fail', error: 'Unavailable' },
  throttled: { kind: 'fail', error: 'Throttled' },
  'lost-answer': { kind: 'lose-answer' },
  'cut-answer': { kind: 'cut-body', after: 30 },
  silence: { kind: 'silence' },
  delay: { kind: 'delay', ms: 20 },
};

/** Faults of a store in this process, which has no connections to cut an upload in. */
export function injectedFaults(store: FaultyObjectStore): ContractFaults {
  return {
    kinds: Object.keys(FAULTS) as ContractFault[],
    inject: (fault) => void store.inject({ fault: FAULTS[fault]! }),
  };
}
