import type { PersistenceError, PersistenceErrorData } from '../../errors';
import type { Clock } from '../clock';
import type { MaintenanceStatus } from '../maintain/maintenance-types';
import type {
  Origin,
  ReplicaEvent,
  ReplicaStatus,
  Role,
  StartOutcome,
  StoredInfo,
} from '../replica-types';

/** What is known of the replica right now, in memory: written by the journeys, read by anybody, never I/O. */
export class StatusModel {
  private role: Role = 'starting';
  private origin: Origin | null = null;
  private epoch: number | null = null;
  private durableTxid: number | null = null;
  private lastStored: StoredInfo | null = null;
  private unpublishedSince: number | null = null;
  private pending = { commits: 0, bytes: 0 };
  private error: (PersistenceErrorData & { since: number }) | null = null;
  private maintenance: MaintenanceStatus = { lastRunAt: null, merged: 0, deleted: 0, error: null };

  constructor(
    private readonly clock: Clock,
    private readonly onEvent: (event: ReplicaEvent) => void = () => undefined,
  ) {}

  snapshot(): ReplicaStatus {
    const { role, origin, epoch, durableTxid, lastStored, maintenance, error } = this;
    const { unpublishedSince, pending } = this;
    const waiting = unpublishedSince !== null;
    const lag = {
      ms: waiting ? Math.max(0, this.clock.now() - unpublishedSince) : 0,
      commits: waiting ? Math.max(1, pending.commits) : 0,
      bytes: pending.bytes,
    };
    return { role, origin, epoch, durableTxid, lag, lastStored, maintenance, error };
  }

  /** A listener that throws must not harm what it listens to. */
  emit(event: ReplicaEvent): void {
    try {
      this.onEvent(event);
    } catch {
      // Not ours to handle: events are one way.
    }
  }

  started(outcome: StartOutcome): void {
    this.role = 'owner';
    this.origin = outcome.origin;
    this.epoch = outcome.epoch;
    this.durableTxid = outcome.epoch;
    this.error = null;
    this.emit({ type: 'started', outcome });
  }

  /** There may be a commit that is not stored. */
  commitSeen(): void {
    this.unpublishedSince ??= this.clock.now();
  }

  /** Everything committed by `at` (ms since 1970) is stored; what was seen later still waits. */
  nothingUnpublished(): void {
    this.unpublishedSince = null;
    this.pending = { commits: 0, bytes: 0 };
  }

  captured(entry: { readonly commits: number; readonly bytes: number }): void {
    this.commitSeen();
    this.pending = entry;
  }

  stored(info: StoredInfo, commits: number): void {
    this.lastStored = info;
    this.durableTxid = info.txid;
    this.nothingUnpublished();
    this.recovered();
    this.emit({
      type: 'stored',
      txid: info.txid,
      bytes: info.bytes,
      commits,
      durationMs: info.durationMs,
    });
  }

  failed(error: PersistenceError, attempt: number): void {
    const data = error.toJSON();
    this.error = { ...data, since: this.error?.since ?? this.clock.now() };
    this.emit({ type: 'failed', error: data, attempt });
  }

  /** The store was emptied: its new history begins with the next entry, and nothing is stored yet. */
  historyLost(error: PersistenceError): void {
    this.epoch = 1;
    this.durableTxid = null;
    this.emit({ type: 'history-lost', error: error.toJSON() });
  }

  recovered(): void {
    if (!this.error) return;
    this.emit({ type: 'recovered', afterMs: this.clock.now() - this.error.since });
    this.error = null;
  }

  fenced(error: PersistenceError): void {
    this.role = 'fenced';
    this.error = { ...error.toJSON(), since: this.clock.now() };
    this.emit({ type: 'fenced', error: error.toJSON() });
  }

  maintained({ merged, deleted }: { readonly merged: number; readonly deleted: number }): void {
    const { maintenance } = this;
    this.maintenance = {
      lastRunAt: this.clock.now(),
      merged: maintenance.merged + merged,
      deleted: maintenance.deleted + deleted,
      error: null,
    };
  }

  /** `done`: what the run had done before it failed. */
  maintenanceFailed(
    error: PersistenceError,
    done: { readonly merged: number; readonly deleted: number },
  ): void {
    const since = this.maintenance.error?.since ?? this.clock.now();
    this.maintained(done);
    this.maintenance = { ...this.maintenance, error: { ...error.toJSON(), since } };
  }

  stopped(clean: boolean): void {
    if (this.role !== 'fenced') this.role = 'stopped';
    this.emit({ type: 'stopped', clean, txid: this.durableTxid });
  }
}
