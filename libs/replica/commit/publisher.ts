import { isPersistenceError, PersistenceError } from '../../errors';
import type { CapturedEntry, EntryStamp } from '../../engine/database-engine';
import type { ReplicaOptions } from '../replica-types';
import type { Head } from '../log/head';
import { storeEntry, type FrozenEntry } from '../log/store-entry';
import { storeFailure } from '../log/store-failure';
import { headAfter, pagelessEntry } from '../ownership/claim';
import type { StatusModel } from '../observe/status-model';
import { Bell } from './bell';
import { History } from './history';
import { Pace } from './pace';
import { Waiters } from './waiters';

const RETRY_FIRST_MS = 100;
const RETRY_MAX_MS = 15_000;
/** Workers that may die in one life. */
const MAX_REVIVALS = 3;

/** What this life's entries followed is deleted. */
class HistoryGone extends Error {}
/** What had been taken for deleted is there again. */
class HistoryReturned extends Error {}

/** Who else must hear of what the publisher finds out. Called in the same turn, before anybody is answered. */
export interface PublisherHooks {
  stored(entry: CapturedEntry): void;
  /** A new history begins when this resolves: nobody may add to the old one any more. */
  historyLost(): Promise<void>;
  fenced(error: PersistenceError): void;
}

/**
 * Ships commits: one loop, one request under way. Whatever has been committed when the last request returns is the next
 * entry. The bytes of a TXID are frozen at the first attempt, and tried until it is known who has it.
 */
export class Publisher {
  private readonly bell = new Bell();
  private readonly ending = new AbortController();
  private readonly waiters: Waiters;
  private readonly pace: Pace;
  private seen = false;
  /** The database when the last capture began of which all is known to be stored. */
  private storedVersion: number | null = null;
  private closing = false;
  private captureFailures = 0;
  private revivals = 0;
  private failure: PersistenceError | null = null;
  private fence: PersistenceError | null = null;
  private readonly history: History;
  private running: Promise<void> | null = null;

  constructor(
    private readonly options: ReplicaOptions,
    private readonly status: StatusModel,
    private head: Head,
    lineage: string,
    private readonly hooks: PublisherHooks,
  ) {
    const { clock, settings } = options;
    this.waiters = new Waiters(clock, settings.flushTimeoutMs, () => this.failure);
    this.pace = new Pace(clock, settings);
    this.history = new History(options, status, lineage, () => hooks.historyLost());
  }

  /** Whether what was stored is still there, as well as one small read can tell; none if nothing was stored since the last. */
  async checkHistory(signal?: AbortSignal): Promise<void> {
    if (this.stopped) return;
    await this.history.check(this.head, signal);
    if (this.history.doubtful) this.bell.ring();
  }

  /**
   * Before the end: a life that ends cleanly says that everything is stored. Where the history turns out to be gone, a new one
   * is begun while the database can still be captured whole, that is before writers are shut out.
   */
  async settleHistory(signal: AbortSignal): Promise<void> {
    // A store that does not answer is met by the last flush.
    await this.checkHistory(signal).catch(() => undefined);
    if (this.history.isUnsettled) await this.flush();
  }

  /** Part of the history is missing in a listing: nothing more is confirmed before that is looked into. */
  doubtHistory(): void {
    this.history.doubt();
    this.bell.ring();
  }

  start(): void {
    this.options.engine.onCommits((pressing) => {
      if (pressing) this.pace.press();
      this.wake();
    });
    this.running = this.run();
    this.wake();
  }

  /** The state behind everything that is stored. */
  get position(): Head {
    return this.head;
  }

  wake(): void {
    this.seen = true;
    this.status.commitSeen();
    this.bell.ring();
  }

  /** The end is near: from here on nothing waits for a pace. */
  hurry(): void {
    this.closing = true;
    this.pace.end();
  }

  /** Resolves when everything committed before the call is stored. */
  async flush(): Promise<void> {
    if (this.fence) throw this.fence;
    if (this.ending.signal.aborted)
      throw new PersistenceError('SHUTTING_DOWN', 'The database is being closed.');
    if (this.isAllStored()) return;
    const stored = this.waiters.wait();
    this.pace.joined(this.waiters.count);
    this.bell.ring();
    await stored;
  }

  /** Whether it is certain, without a look at the log, that nothing was committed that is not stored. */
  private isAllStored(): boolean {
    const { closing, failure, history, storedVersion } = this;
    if (storedVersion === null || closing || failure || history.isUnsettled) return false;
    return this.options.engine.version() === storedVersion;
  }

  /** Ends the loop; what is under way is given up. */
  async end(): Promise<void> {
    this.ending.abort();
    this.pace.end();
    this.bell.ring();
    await this.running;
    this.waiters.rejectAll(
      this.fence ?? new PersistenceError('SHUTTING_DOWN', 'The database is being closed.'),
    );
  }

  /** Ends the log of this life cleanly: nothing may follow. Call it when the loop has ended and everything is stored. */
  async release(signal: AbortSignal): Promise<number> {
    const { clock, store, nodeId } = this.options;
    const stamp = { kind: 'release', nodeId, now: clock.now(), position: null } as const;
    const entry = pagelessEntry(this.head, stamp);
    const settled = await storeEntry(store, entry, signal);
    if (!settled.ours) throw await this.fenced(settled.foreign.header.nodeId, entry.txid);
    this.head = headAfter(this.head, entry, stamp);
    return entry.txid;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      await this.bell.wait();
      if (this.stopped) return;
      await this.keepPace();
      if (this.stopped) return;
      await this.round();
      await this.options.clock.immediate();
    }
  }

  private get stopped(): boolean {
    return this.ending.signal.aborted || this.fence !== null;
  }

  /** Returns when it is time for the next entry. Who waits for something that is stored already is answered meanwhile. */
  private async keepPace(): Promise<void> {
    const { pace, waiters } = this;
    for (let news = false; !this.stopped;) {
      pace.renew();
      if (waiters.count > 0 && !news && pace.left(true) > 0) news = await this.findNews();
      const left = pace.left(waiters.count > 0);
      if (left <= 0) return;
      await pace.sleep(left);
    }
  }

  /** Whether anything is to be stored. Where nothing is, those who wait have their answer, and it costs no request. */
  private async findNews(): Promise<boolean> {
    const { engine } = this.options;
    if (this.history.doubtful || this.history.gone || this.history.isUnsettled) return true;
    this.waiters.take();
    this.seen = false;
    // What fails here is met, and reported, by the capture.
    const news = await engine.hasNews().catch(() => true);
    if (news || this.stopped) {
      this.waiters.giveBack();
      return true;
    }
    this.captureFoundNothing();
    this.waiters.answer();
    return false;
  }

  private async round(): Promise<void> {
    const { engine } = this.options;
    const { waiters, pace } = this;
    waiters.take();
    // Before the capture: what is committed beside it may be in it or not, and counts as new.
    const version = engine.version();
    pace.captured();
    try {
      if (this.history.doubtful || this.history.gone) await this.settleDoubts();
      this.seen = false;
      const entry = await engine.capture(this.stamp());
      this.captureFailures = 0;
      if (entry) await this.publish(entry);
      else this.captureFoundNothing();
      await this.describe();
      // Writers that wait for an answer write nothing meanwhile, so the log can be emptied without shutting anybody out.
      if (engine.checkpointDue === 'overdue') await this.checkpoint();
      this.storedVersion = version;
      waiters.answer();
      if (engine.checkpointDue !== 'no' && !this.stopped) await this.checkpoint();
    } catch (error) {
      if (this.fence) return waiters.rejectAll(this.fence);
      // Whoever waits goes on waiting while the loop tries again.
      waiters.giveBack();
      if (error instanceof HistoryGone || error instanceof HistoryReturned) this.bell.ring();
      else await this.captureFailed(error);
    }
  }

  /** Twice where writers never pause: most of the work beside them, and the rest with them shut out for a moment. */
  private async checkpoint(): Promise<void> {
    const { engine } = this.options;
    for (let step = 0; step < 2 && engine.checkpointDue !== 'no' && !this.stopped; step++) {
      const entry = await engine.beginCheckpoint(this.stamp());
      if (entry) await this.publish(entry);
      if (!this.stopped) await engine.finishCheckpoint();
      if (engine.checkpointDue !== 'overdue') return;
    }
  }

  /** Returns when the entry is stored; rejects only when this life ends or is fenced. */
  private async publish(captured: CapturedEntry): Promise<void> {
    const { clock, engine, nodeId } = this.options;
    const entry: FrozenEntry = { ...captured, nodeId };
    const bytes = captured.body instanceof Uint8Array ? captured.body.length : captured.body.size;
    this.status.captured({ commits: captured.commits, bytes });
    const begun = clock.now();
    const settled = await this.persist(entry);
    if (!settled.ours) await this.settleTaken(settled.foreign.header.nodeId, entry.txid);
    const at = clock.now();
    this.pace.published();
    this.head = { ...this.head, ...pick(captured), nodeId, kind: 'data', position: null };
    this.hooks.stored(captured);
    this.failure = null;
    this.status.stored({ txid: entry.txid, at, bytes, durationMs: at - begun }, captured.commits);
    if (this.seen) this.status.commitSeen();
    // No answer is needed, and a failure shows at the next call.
    engine.settled(entry.txid).catch(() => undefined);
  }

  private async persist(entry: FrozenEntry): Promise<Awaited<ReturnType<typeof storeEntry>>> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { signal } = this.ending;
        if (attempt > 1) await this.demandHistory(signal);
        return await storeEntry(this.options.store, entry, signal);
      } catch (error) {
        this.ending.signal.throwIfAborted();
        if (error instanceof HistoryGone || this.fence) throw error;
        this.fail(storeFailure(error, 'Storing commits'), attempt);
        await this.backOff(attempt);
      }
    }
  }

  /** An entry that cannot follow is dropped: what it holds is captured anew. */
  private async demandHistory(signal: AbortSignal): Promise<void> {
    const judged = await this.history.judgeBehind(this.head, signal);
    if (judged.kind === 'intact') return;
    if (judged.kind === 'foreign') throw await this.fenced(judged.by, judged.txid);
    this.history.gone = true;
    throw new HistoryGone();
  }

  /** Something said that the history is not there any more: nothing goes on before it is known. */
  private async settleDoubts(): Promise<void> {
    const { history } = this;
    const { signal } = this.ending;
    try {
      const judged = await history.judge(this.head, signal);
      if (judged.kind === 'foreign') throw await this.fenced(judged.by, judged.txid);
      if (judged.kind === 'intact') return await history.resume();
      this.head = await history.beginAnew(this.head, judged.strays, signal);
    } catch (error) {
      throw storeFailure(error, 'Looking at the replica');
    }
  }

  /** The entry's place is taken. By the history that was taken for deleted, or by another instance. */
  private async settleTaken(by: string, txid: number): Promise<never> {
    const returned = await this.history.returned(this.ending.signal);
    if (!returned) throw await this.fenced(by, txid);
    this.head = returned;
    throw new HistoryReturned();
  }

  private async describe(): Promise<void> {
    try {
      await this.history.describe();
    } catch (error) {
      throw storeFailure(error, 'Describing the replica');
    }
  }

  private captureFoundNothing(): void {
    if (!this.seen) this.status.nothingUnpublished();
    if (this.failure) this.status.recovered();
    this.failure = null;
  }

  private async captureFailed(error: unknown): Promise<void> {
    if (this.stopped) return;
    this.fail(error, ++this.captureFailures);
    if (isPersistenceError(error, 'WORKER_DIED') && !(await this.revive())) {
      this.fence = error;
      return this.waiters.rejectAll(error);
    }
    await this.backOff(this.captureFailures);
    this.bell.ring();
  }

  /** A new worker goes on where the dead one was; not for ever. */
  private async revive(): Promise<boolean> {
    if (this.revivals++ >= MAX_REVIVALS) return false;
    const { engine, nodeId } = this.options;
    const { txid, commit } = this.head;
    return engine.revive({ nodeId, txid, commit }).then(
      () => true,
      () => false,
    );
  }

  private fail(error: unknown, attempt: number): void {
    this.failure =
      error instanceof PersistenceError
        ? error
        : new PersistenceError('INTERNAL', `Shipping commits failed: ${String(error)}.`, {
            cause: error,
          });
    this.status.failed(this.failure, attempt);
  }

  /** Never to write again in this life. */
  private async fenced(by: string, txid: number): Promise<PersistenceError> {
    const error = new PersistenceError(
      'REPLICA_FENCED',
      `Instance ${by} wrote TXID ${txid}; this one is superseded.`,
    );
    this.fence = error;
    this.status.fenced(error);
    this.hooks.fenced(error);
    this.waiters.rejectAll(error);
    void this.holdForLife();
    return error;
  }

  /** What the app commits from now on could never be stored: its transactions are kept from committing. */
  private async holdForLife(): Promise<void> {
    while (!this.ending.signal.aborted) {
      const held = await this.options.engine.hold().catch(() => true);
      if (held) return;
    }
  }

  private stamp(): EntryStamp {
    const { clock, nodeId } = this.options;
    return {
      txid: this.head.txid + 1,
      nodeId,
      parent: this.head.checksum,
      timestamp: Math.max(clock.now(), this.head.timestamp + 1),
    };
  }

  private backOff(attempt: number): Promise<void> {
    return this.sleep(
      Math.min(RETRY_FIRST_MS * 2 ** Math.min(attempt - 1, 20), RETRY_MAX_MS),
      this.ending.signal,
    );
  }

  /** Ends early, without an error, when `signal` is aborted. */
  private async sleep(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await this.options.clock.sleep(ms, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }
}

function pick({
  txid,
  checksum,
  timestamp,
  commit,
  pageSize,
}: CapturedEntry): Pick<Head, 'txid' | 'checksum' | 'timestamp' | 'commit' | 'pageSize'> {
  return { txid, checksum, timestamp, commit, pageSize };
}
