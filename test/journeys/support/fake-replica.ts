import { PersistenceError } from '../../../libs/errors';
import type { FlushResult, ReplicaStatus, StartOutcome } from '../../../libs/replica';

const OWNER: ReplicaStatus = {
  role: 'owner',
  origin: 'created',
  epoch: 1,
  durableTxid: 1,
  lag: { ms: 0, commits: 0, bytes: 0 },
  lastStored: null,
  maintenance: { lastRunAt: null, merged: 0, deleted: 0, error: null },
  error: null,
};

/** Stands where a `Replica` stands and only takes notes, for tests of what surrounds it. */
export class FakeReplica {
  readonly calls: string[] = [];
  wakes = 0;
  view: ReplicaStatus = {
    ...OWNER,
    role: 'starting',
    origin: null,
    epoch: null,
    durableTxid: null,
  };
  startError: unknown;
  /** Called while the start is under way. */
  onStart: () => void | Promise<void> = () => {};
  /** Called while the replica stops. */
  onStop: () => void | Promise<void> = () => {};

  async start(): Promise<StartOutcome> {
    this.calls.push('start');
    await this.onStart();
    if (this.startError !== undefined) throw this.startError;
    this.view = OWNER;
    return { origin: 'created', epoch: 1, txid: 1, time: null, bytes: 4096, durationMs: 5 };
  }

  wake(): void {
    this.wakes++;
  }

  hurry(): void {
    this.calls.push('hurry');
  }

  flush(): Promise<FlushResult> {
    this.calls.push('flush');
    if (this.view.role === 'fenced') {
      return Promise.reject(new PersistenceError('REPLICA_FENCED', 'Another instance owns it.'));
    }
    return Promise.resolve({ txid: 7 });
  }

  status(): ReplicaStatus {
    return this.view;
  }

  async stop({ timeoutMs }: { readonly timeoutMs: number }): Promise<boolean> {
    this.calls.push('stop');
    this.stopTimeoutMs = timeoutMs;
    await this.onStop();
    this.view = { ...this.view, role: 'stopped' };
    return true;
  }

  stopTimeoutMs: number | undefined;
}
