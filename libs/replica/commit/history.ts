import { readDescriptor } from '../log/descriptor';
import type { Head } from '../log/head';
import type { StatusModel } from '../observe/status-model';
import type { ReplicaOptions } from '../replica-types';
import {
  beginsAnew,
  describeHistory,
  isHeadThere,
  isOrigin,
  type Judgement,
  judgeHistory,
  lineageBehind,
  originOf,
} from './lost-history';

/** The history that this life writes: whether it is still there, and how a new one begins where it is not. */
export class History {
  /** The head of a history that was deleted, until the first entry of the new one is stored and described. */
  private lost: Head | null = null;
  private checkedTxid = 0;
  /** Something says that it is not there any more. To be judged before anything more is confirmed. */
  doubtful = false;
  /** It was judged to be gone, with an entry at hand that must not follow it. */
  gone = false;

  constructor(
    private readonly options: ReplicaOptions,
    private readonly status: StatusModel,
    private lineage: string,
    /** A new history begins when this resolves: nobody may add to the old one any more. */
    private readonly onLost: () => Promise<void>,
  ) {}

  /** What is captured now follows nothing that is known to be stored. */
  get isUnsettled(): boolean {
    return this.doubtful || this.gone || this.lost !== null;
  }

  /** One small read, if something was stored since the last: is it still ours that is described there? */
  async check(head: Head, signal?: AbortSignal): Promise<void> {
    if (this.lost || head.txid === this.checkedTxid) return;
    const descriptor = await readDescriptor(this.options.store, signal);
    if (descriptor?.lineage === this.lineage) this.checkedTxid = head.txid;
    else this.doubt();
  }

  /** One that is only being begun is not doubted: it is not described yet. */
  doubt(): void {
    if (!this.lost) this.doubtful = true;
  }

  judge(head: Head, signal: AbortSignal): Promise<Judgement> {
    const { nodeId } = this.options;
    return judgeHistory(this.options, { head, nodeId, lineage: this.lineage }, signal);
  }

  /** Asked before an entry is tried again: nothing may be stored behind a history that is not there. */
  async judgeBehind(head: Head, signal: AbortSignal): Promise<Judgement> {
    const isThere = isOrigin(head) || (await isHeadThere(this.options.store, head, signal));
    return isThere ? { kind: 'intact' } : this.judge(head, signal);
  }

  /**
   * The local database begins a new history while the app goes on; what was captured is captured anew. Resolves to what
   * the next entry follows.
   */
  async beginAnew(head: Head, strays: readonly string[], signal: AbortSignal): Promise<Head> {
    const { store, engine } = this.options;
    if (strays.length > 0) await store.deleteMany(strays, { signal });
    await this.onLost();
    await engine.startOver();
    this.status.historyLost(beginsAnew(head));
    this.lost = head;
    this.settled();
    return originOf(head);
  }

  /** It is there after all; an entry that was dropped meanwhile is captured anew. */
  async resume(): Promise<void> {
    if (this.gone) await this.options.engine.startOver();
    this.settled();
  }

  /** The old history, where it came back (a volume that was away) before the new one had begun. */
  async returned(signal: AbortSignal): Promise<Head | null> {
    const { lost } = this;
    if (!lost || !(await isHeadThere(this.options.store, lost, signal))) return null;
    this.gone = true;
    await this.resume();
    this.lost = null;
    return lost;
  }

  /** Behind the first entry of a new history; before that nobody is told that his commit is stored. */
  async describe(): Promise<void> {
    if (!this.lost) return;
    const { engine, nodeId } = this.options;
    const lineage = lineageBehind(this.lost, nodeId);
    await describeHistory(this.options, lineage);
    await engine.beginHistory({ nodeId, txid: 1, lineage });
    this.lineage = lineage;
    this.lost = null;
  }

  private settled(): void {
    this.gone = false;
    this.doubtful = false;
  }
}
