import { isPersistenceError, PersistenceError } from '../../errors';
import { isStoreError } from '../../storage/store-error';
import { readDescriptor, type ReplicaDescriptor } from '../log/descriptor';
import { DESCRIPTOR_KEY } from '../log/log-keys';
import { storeFailure } from '../log/store-failure';
import { restoreToFile } from '../rescue/restore-to-file';
import type { RestoreResult } from '../replica-types';
import { ownerText, readBackupIdentity, type BackupIdentity } from './backup-metadata';
import { BackupModel } from './backup-model';
import type { BackupOptions, BackupResult, BackupStatus, BackupTarget } from './backup-types';
import { keepHistory } from './keep-history';
import { type BackupProgress, progressFile, restoreProgress } from './progress';
import { storeBackup } from './store-backup';
import { unchangedSince } from './unchanged-since';
import { orAborted, withSignal } from './with-signal';

/** One object holds no more. */
const MAX_BYTES = 5_000_000_000;
/** Of one backup as a whole; every request has a bound of its own. */
const TIMEOUT_MS = 3_600_000;

export interface BackupCall {
  /** Believe what this life knows of the object: then a database that has not changed costs no request. */
  readonly trusting?: boolean;
}

/**
 * The plain database file beside the replica, for anyone to download and open. It is made by restoring the replica, so each
 * one proves that the replica restores, and the live file is not touched.
 */
export class Backup {
  private readonly model: BackupModel;
  private running: Promise<BackupResult> | null = null;
  private readonly stopping = new AbortController();
  private interrupted = new AbortController();
  private opened: Promise<BackupTarget> | null = null;

  constructor(private readonly options: BackupOptions) {
    this.model = new BackupModel(options.clock, options.onEvent);
  }

  /**
   * Resolves when everything committed before is in the backup. A call while one is under way gets the outcome of that one.
   * Rejects with what the replica or the store says, REPLICA_FENCED, BACKUP_PLACE_TAKEN, BACKUP_TIMEOUT, DATABASE_TOO_LARGE,
   * SHUTTING_DOWN.
   */
  run(call: BackupCall = {}): Promise<BackupResult> {
    this.running ??= this.bounded(call).finally(() => (this.running = null));
    return this.running;
  }

  /** From memory. */
  status(): BackupStatus {
    return this.model.snapshot(this.running !== null);
  }

  /** Gives up what is under way; resolves when it has ended. Nothing begins afterwards. */
  async stop(): Promise<void> {
    this.stopping.abort(
      new PersistenceError('SHUTTING_DOWN', 'The app is closing; the backup was given up.'),
    );
    await this.running?.catch(() => undefined);
  }

  /**
   * The history that was known is gone, and another one begins: what is under way is given up, and what is known of the
   * backup in place is forgotten. To be called on the event `history-lost`.
   */
  async startOver(): Promise<void> {
    this.interrupted.abort(
      new PersistenceError('REPLICA_MISSING', 'The replica was deleted during the backup.', {
        hint: 'The next backup is one of the history that begins now, with the local database.',
      }),
    );
    this.interrupted = new AbortController();
    await this.running?.catch(() => undefined);
    this.model.forget();
  }

  private async bounded(call: BackupCall): Promise<BackupResult> {
    const { clock } = this.options;
    const late = new AbortController();
    const done = new AbortController();
    const minutes = TIMEOUT_MS / 60_000;
    const timeout = new PersistenceError('BACKUP_TIMEOUT', `No backup within ${minutes} minutes.`);
    clock.sleep(TIMEOUT_MS, done.signal).then(
      () => late.abort(timeout),
      () => undefined,
    );
    const ends = [this.stopping.signal, this.interrupted.signal, late.signal];
    const signal = AbortSignal.any(ends);
    try {
      const result = await this.make(call, signal);
      this.model.succeeded(result);
      return result;
    } catch (error) {
      const failure = coded(signal.aborted ? signal.reason : error);
      if (!this.stopping.signal.aborted) this.model.failed(failure);
      throw failure;
    } finally {
      done.abort();
    }
  }

  private async make({ trusting }: BackupCall, signal: AbortSignal): Promise<BackupResult> {
    const begun = this.options.clock.now();
    this.demandOwner();
    signal.throwIfAborted();
    await orAborted(this.options.replica.flush(), signal);
    const target = await this.target(signal);
    const unchanged = await this.unchanged(target, trusting ?? false, signal);
    if (unchanged) return { ...unchanged, durationMs: this.elapsed(begun), skipped: 'unchanged' };
    const { scratch } = this.options;
    try {
      await scratch.begin();
      return await this.restoreAndStore(target, begun, signal);
    } finally {
      await scratch.clear();
    }
  }

  /** What the backup in place holds, if that is the newest state. */
  private async unchanged(
    { store, key }: BackupTarget,
    trusting: boolean,
    signal: AbortSignal,
  ): Promise<{ key: string; bytes: number; txid: number } | null> {
    const { replica } = this.options;
    const { durableTxid, lastStored } = replica.status();
    // Neither older than what this life has stored, nor beyond it: that would be of another history.
    const mayBeNewest = (txid: number) =>
      txid <= (durableTxid ?? 0) && (!lastStored || lastStored.txid <= txid);
    const { last } = this.model.snapshot(false);
    if (last && !mayBeNewest(last.txid)) return null;
    if (last && trusting) return { key, bytes: last.bytes, txid: last.txid };
    const info = await store.head(key).catch(absent);
    const identity = info && readBackupIdentity(info);
    if (!identity || !mayBeNewest(identity.txid)) return null;
    if (identity.lineage !== (await this.descriptor(signal)).lineage) return null;
    const { txid } = identity;
    const since = withSignal(this.options.store, signal);
    const same = last?.txid === txid || (await unchangedSince(since, txid, durableTxid ?? 0));
    if (!same) return null;
    const found = { key, bytes: info!.size, txid };
    if (!last) this.model.found({ ...found, at: info!.written ?? info!.time });
    return found;
  }

  private async restoreAndStore(
    target: BackupTarget,
    begun: number,
    signal: AbortSignal,
  ): Promise<BackupResult> {
    const { clock, scratch, settings, inUse } = this.options;
    const descriptor = await this.descriptor(signal);
    const { lineage } = descriptor;
    const { txid, time } = await this.restore(signal);
    await this.demandOwnState(txid, signal);
    await this.demandSameHistory(lineage, signal);
    const plain = await scratch.restored();
    if (plain.size > MAX_BYTES) throw tooLarge(plain.size);
    const { key } = target;
    const report = (progress: BackupProgress) => this.model.progress('storing', progress);
    const file = progressFile(plain, clock, signal, report);
    const identity: BackupIdentity = {
      lineage,
      epoch: this.options.replica.status().epoch ?? txid,
      txid,
      sha256: plain.sha256,
    };
    const onForeign = (keptAs: string) => this.model.keptForeign(key, keptAs);
    const made = { target, file, identity, owner: ownerText(descriptor) };
    const outcome = await storeBackup({ ...made, scratch, inUse, time, onForeign });
    const result = { key, bytes: plain.size, txid, durationMs: this.elapsed(begun) };
    signal.throwIfAborted();
    if (outcome === 'newer') return { ...result, skipped: 'newer' };
    this.model.stored(result);
    await keepHistory({ ...made, now: clock.now() }, settings);
    return result;
  }

  private async restore(signal: AbortSignal): Promise<RestoreResult> {
    const { store, scratch, clock } = this.options;
    try {
      const restored = await restoreToFile({
        store: withSignal(store, signal),
        engine: scratch.engine(),
        clock,
        onEvent: restoreProgress((progress) => this.model.progress('restoring', progress)),
      });
      this.model.verified(restored.txid);
      return restored;
    } catch (error) {
      if (isPersistenceError(error) && error.kind === 'corrupt') this.model.verified(null);
      throw error;
    }
  }

  private demandOwner(): void {
    const { role, error } = this.options.replica.status();
    if (role === 'owner') return;
    if (role === 'fenced') {
      throw new PersistenceError(
        'REPLICA_FENCED',
        error?.message ?? 'Another instance owns the database.',
      );
    }
    throw new PersistenceError('SHUTTING_DOWN', 'The database is not open.');
  }

  /** A state beyond what this instance has stored was stored by a successor, whose backups are none of ours to make. */
  private async demandOwnState(txid: number, signal: AbortSignal): Promise<void> {
    const { replica } = this.options;
    const isOwn = () => (replica.status().durableTxid ?? 0) >= txid;
    if (isOwn()) return;
    // An entry of ours may be stored and its answer on its way.
    await orAborted(replica.flush(), signal);
    if (isOwn()) return;
    throw new PersistenceError(
      'REPLICA_FENCED',
      `The replica holds TXID ${txid}, which this instance did not write.`,
    );
  }

  private async target(signal: AbortSignal): Promise<BackupTarget> {
    this.opened ??= this.options.target();
    try {
      const { store, key } = await this.opened;
      return { store: withSignal(store, signal), key };
    } catch (error) {
      this.opened = null;
      throw error;
    }
  }

  /** A state of one history must not be said to be one of another. */
  private async demandSameHistory(lineage: string, signal: AbortSignal): Promise<void> {
    if ((await this.descriptor(signal)).lineage === lineage) return;
    throw new PersistenceError(
      'REPLICA_MISSING',
      'The replica was replaced by another one during the backup.',
      { key: DESCRIPTOR_KEY, hint: 'The next backup is one of the new history.' },
    );
  }

  /** Asked anew each time: a replica that is deleted under the running app begins again under another lineage. */
  private async descriptor(signal: AbortSignal): Promise<ReplicaDescriptor> {
    const descriptor = await readDescriptor(withSignal(this.options.store, signal));
    if (descriptor) return descriptor;
    throw new PersistenceError('REPLICA_MISSING', `${DESCRIPTOR_KEY} is gone from the store.`, {
      key: DESCRIPTOR_KEY,
    });
  }

  private elapsed(begun: number): number {
    return this.options.clock.now() - begun;
  }
}

function coded(error: unknown): PersistenceError {
  const known = storeFailure(error, 'The backup');
  if (known instanceof PersistenceError) return known;
  return new PersistenceError('INTERNAL', `The backup failed: ${String(known)}.`, { cause: known });
}

function tooLarge(bytes: number): PersistenceError {
  const gigabytes = (n: number) => `${(n / 1e9).toFixed(1)} GB`;
  return new PersistenceError(
    'DATABASE_TOO_LARGE',
    `The database has ${gigabytes(bytes)}; a backup object holds ${gigabytes(MAX_BYTES)} at most.`,
  );
}

function absent(error: unknown): null {
  if (isStoreError(error, 'NotFound')) return null;
  throw error;
}
