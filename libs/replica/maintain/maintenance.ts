import { PersistenceError } from '../../errors';
import { isStoreError } from '../../storage/store-error';
import { FileChanged } from '../log/fetch-file';
import type { LogFile } from '../log/inventory';
import { newestGoodTxid } from '../log/restore-plan';
import { storeFailure } from '../log/store-failure';
import { DamageLog } from './damage-log';
import { Files } from './files';
import { LEVELS, MAINTENANCE_DEFAULTS } from './levels';
import { LogView } from './log-view';
import type { MaintenanceParts } from './maintenance-parts';
import type { MaintenanceResult, MergedRange } from './maintenance-types';
import { mergeFiles } from './merge-files';
import { planLevel, type MergePlan } from './merge-plan';
import { Retention } from './retain';
import { planSnapshot } from './snapshot-plan';
import type { RetentionSettings } from './retention-plan';

/** Merges of one run; what is left, after a long pause, is for the next ones. */
const MAX_MERGES = 500;
/** Retention looks, by listing, so many times per exact history. */
const LOOKS_PER_HISTORY = 4;

/**
 * The fifth journey, of an owner: folds entries into levels and snapshots, and removes what they stand for. Touches
 * neither the database nor whoever ships commits. A run that fails is reported and tried again by the next one.
 */
export class Maintenance {
  private readonly ended = new AbortController();
  private interrupted = new AbortController();
  private readonly settings: RetentionSettings;
  private readonly files: Files;
  private readonly view: LogView;
  private readonly damage: DamageLog;
  private readonly retention: Retention;
  private running: Promise<MaintenanceResult> | null = null;
  /** When retention looked last, and at which state of the log. */
  private lookedAt = Number.NEGATIVE_INFINITY;
  private lookedVersion = -1;

  constructor(private readonly parts: MaintenanceParts) {
    const { exactHistoryMs, historyMs, snapshotEveryMs } = parts.settings;
    this.settings = {
      exactHistoryMs: exactHistoryMs ?? MAINTENANCE_DEFAULTS.exactHistoryMs,
      historyMs: historyMs ?? MAINTENANCE_DEFAULTS.historyMs,
      snapshotEveryMs: snapshotEveryMs ?? MAINTENANCE_DEFAULTS.snapshotEveryMs,
    };
    this.files = new Files(parts);
    this.view = new LogView(parts.store, parts.recent);
    this.damage = new DamageLog(parts.clock);
    this.retention = new Retention(parts, this.files, this.view, this.damage, this.settings);
  }

  /** Does what is due. While a run is under way, further calls get that one's result. */
  run(signal?: AbortSignal): Promise<MaintenanceResult> {
    this.running ??= this.runOnce(signal).finally(() => {
      this.running = null;
    });
    return this.running;
  }

  /** No request is made after this resolves. `reason`: what calls from now on reject with. */
  async stop(reason: PersistenceError): Promise<void> {
    this.ended.abort(reason);
    await this.running?.catch(() => undefined);
  }

  /** The history that was known is gone, and another one begins: what is under way ends, and everything is forgotten. */
  async startOver(): Promise<void> {
    this.interrupted.abort(
      new PersistenceError('REPLICA_MISSING', 'The replica was deleted while it was maintained.'),
    );
    await this.running?.catch(() => undefined);
    this.interrupted = new AbortController();
    this.view.forget();
    this.files.forgetAll();
    this.parts.recent.clear();
  }

  private async runOnce(callers?: AbortSignal): Promise<MaintenanceResult> {
    const { clock, status } = this.parts;
    const signals = [this.ended.signal, this.interrupted.signal, ...(callers ? [callers] : [])];
    const signal = AbortSignal.any(signals);
    signal.throwIfAborted();
    const done = new Done(clock.now());
    if (this.parts.head().txid === 0) return done.result(clock.now());
    try {
      await this.work(done, signal);
      if (this.damage.standing) throw this.damage.standing;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw this.failed(error, done);
    }
    status.maintained(done.counts());
    return done.result(clock.now());
  }

  private async work(done: Done, signal: AbortSignal): Promise<void> {
    const { listings } = this.view;
    await this.view.inventory(signal);
    const listed = this.view.listings > listings;
    for (const row of this.parts.levels ?? LEVELS) {
      const plans = planLevel(await this.view.inventory(signal), row, this.moment());
      for (const plan of plans) if (!(await this.merge(plan, done, signal))) break;
    }
    const snapshot = planSnapshot(
      await this.view.inventory(signal),
      this.moment(),
      this.settings.snapshotEveryMs,
    );
    if (snapshot) await this.merge(snapshot, done, signal);
    await this.retain(listed, done, signal);
  }

  private moment(): { readonly durableTxid: number; readonly now: number } {
    return { durableTxid: this.parts.head().txid, now: this.parts.clock.now() };
  }

  /** False where the log has to be left as it is there. */
  private async merge(plan: MergePlan, done: Done, signal: AbortSignal): Promise<boolean> {
    if (done.merged.length >= MAX_MERGES) return false;
    const inventory = await this.view.inventory(signal);
    const name = `${plan.level} from ${plan.inputs[0]!.key}`;
    const merged = await this.damage.attempt(name, () =>
      mergeFiles(this.parts, this.files, inventory, plan, signal),
    );
    if (!merged) return false;
    this.view.add(merged.file);
    done.merged.push(merged.range);
    return true;
  }

  /** `listed`: this run has listed the log already. */
  private async retain(listed: boolean, done: Done, signal: AbortSignal): Promise<void> {
    const now = this.parts.clock.now();
    const everyMs = this.settings.exactHistoryMs / LOOKS_PER_HISTORY;
    // The clock may have gone back.
    const soon = now >= this.lookedAt && now < this.lookedAt + everyMs;
    if (soon || this.view.version === this.lookedVersion) return;
    const { txid } = this.parts.head();
    const inventory = listed ? await this.view.inventory(signal) : await this.view.list(signal);
    // Nothing is removed from a log that does not lead to its head: that is for the publisher to look into.
    if (newestGoodTxid(inventory) < txid) {
      this.parts.doubt?.();
      return;
    }
    const { unfinished } = await this.retention.run(inventory, signal, (files) =>
      done.deleted(files),
    );
    this.lookedAt = unfinished ? Number.NEGATIVE_INFINITY : now;
    this.lookedVersion = this.view.version;
  }

  private failed(error: unknown, done: Done): PersistenceError {
    // Somebody else may have removed or replaced what was planned on: look anew next time.
    if (error !== this.damage.standing) this.view.forget();
    const coded = toCoded(error);
    this.parts.status.maintenanceFailed(coded, done.counts());
    return coded;
  }
}

function toCoded(error: unknown): PersistenceError {
  if (error instanceof FileChanged || isStoreError(error, 'NotFound')) {
    return new PersistenceError('STORE_UNREACHABLE', `The replica has changed: ${error.message}.`, {
      cause: error,
      hint: 'It is listed anew and tried again by itself.',
    });
  }
  const known = storeFailure(error, 'Maintaining the replica');
  if (known instanceof PersistenceError) return known;
  return new PersistenceError('INTERNAL', `Maintaining the replica failed: ${String(known)}.`, {
    cause: known,
  });
}

/** What a run has done so far. */
class Done {
  readonly merged: MergedRange[] = [];
  private files = 0;
  private bytes = 0;

  constructor(private readonly begun: number) {}

  deleted(files: readonly LogFile[]): void {
    this.files += files.length;
    this.bytes += files.reduce((sum, { size }) => sum + size, 0);
  }

  counts(): { readonly merged: number; readonly deleted: number } {
    return { merged: this.merged.length, deleted: this.files };
  }

  result(now: number): MaintenanceResult {
    const { merged, files, bytes } = this;
    return { merged, deleted: files, deletedBytes: bytes, durationMs: now - this.begun };
  }
}
