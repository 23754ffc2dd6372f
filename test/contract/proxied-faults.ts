import { type ContractFault, type ContractFaults } from '../../libs/testing';
import { type FaultProxy, type HttpFault } from '../servers/fault-proxy';

const FAULTS: Readonly<Record<ContractFault, HttpFault>> = {
  unavailable: { kind: 'answer', status: 503 },
  throttled: { kind: 'answer', status: 429 },
  'lost-answer': { kind: 'lose-answer' },
  'cut-answer': { kind: 'cut-body', after: 150 },
  'cut-upload': { kind: 'cut-upload', after: 70_000 },
  silence: { kind: 'silence' },
  delay: { kind: 'delay', ms: 50 },
};

/** Faults on the wire to a server that need not know of them. */
export function proxiedFaults(proxy: FaultProxy): ContractFaults {
  return {
    kinds: Object.keys(FAULTS) as ContractFault[],
    inject(fault) {
      // What an earlier one did not meet must not meet this call.
      proxy.heal();
      proxy.inject({ fault: FAULTS[fault] });
    },
  };
}
