export type * from '../storage/object-store';
export { TestProcess, type ProcessEnd, type TestProcessOptions } from './child-process';
export {
  type ContractCase,
  type ContractContext,
  type ContractFault,
  type ContractFaults,
  type ContractOptions,
} from './contract/contract-case';
export {
  type Fault,
  type FaultRule,
  FaultyObjectStore,
  type FaultyStoreOptions,
  type StoreCall,
  type StoreOperation,
} from './faulty-store';
export { ManualClock } from './manual-clock';
export {
  describeObjectStoreContract,
  type DescribeContractOptions,
  OBJECT_STORE_CONTRACT,
  runContractCase,
} from './object-store.contract';
