import type { PersistenceError } from '../../errors';
import type { Clock } from '../clock';
import type { BackupEvent, BackupResult, BackupStatus, LastBackup } from './backup-types';
import type { BackupProgress } from './progress';

/** What is known about backups right now, in memory. */
export class BackupModel {
  private last: LastBackup | null = null;
  private currentAt: number | null = null;
  private error: BackupStatus['error'] = null;
  private verify: BackupStatus['verify'] = null;
  private failures = 0;

  constructor(
    private readonly clock: Clock,
    private readonly onEvent: (event: BackupEvent) => void = () => undefined,
  ) {}

  snapshot(running: boolean): BackupStatus {
    const { last, currentAt, error, verify } = this;
    return { last, currentAt, running, error, verify };
  }

  /** An earlier life made it. */
  found(last: Omit<LastBackup, 'durationMs'>): void {
    this.last = { ...last, durationMs: null };
  }

  /** What is known of the backup in place does not hold any more. */
  forget(): void {
    this.last = null;
    this.currentAt = null;
  }

  stored(result: BackupResult): void {
    const { key, txid, bytes, durationMs } = result;
    this.last = { key, txid, at: this.clock.now(), bytes, durationMs };
    this.emit({ type: 'backup-stored', result });
  }

  succeeded({ skipped }: BackupResult): void {
    // A later state that another instance stored says nothing about ours.
    if (skipped !== 'newer') this.currentAt = this.clock.now();
    if (this.error) this.emit({ type: 'backup-recovered' });
    this.error = null;
    this.failures = 0;
  }

  failed(error: PersistenceError): void {
    const data = error.toJSON();
    this.error = { ...data, since: this.error?.since ?? this.clock.now() };
    this.emit({ type: 'backup-failed', error: data, attempt: ++this.failures });
  }

  /** `txid`: the state that was restored and checked; null if the replica does not restore. */
  verified(txid: number | null): void {
    const outcome = txid === null ? 'failed' : 'verified';
    this.verify = { at: this.clock.now(), outcome, txid };
  }

  keptForeign(key: string, keptAs: string): void {
    this.emit({ type: 'backup-foreign', key, keptAs });
  }

  progress(doing: 'restoring' | 'storing', progress: BackupProgress): void {
    this.emit({ type: 'backup-progress', doing, ...progress });
  }

  /** A listener that throws must not harm what it listens to. */
  private emit(event: BackupEvent): void {
    try {
      this.onEvent(event);
    } catch {
      // Not ours to handle: events are one way.
    }
  }
}
