import { isPersistenceError, PersistenceError } from '../../errors';
import type { LocalDatabase, RestoreSink, WalPosition } from '../../engine/database-engine';
import { ZERO_CHECKSUM } from '../../ltx';
import { isStoreError } from '../../storage/store-error';
import { applyPlan, BadFile } from '../log/apply-plan';
import {
  checkIdentity,
  createDescriptor,
  readDescriptor,
  type ReplicaDescriptor,
} from '../log/descriptor';
import { FileChanged } from '../log/fetch-file';
import { readEntryIdentity, type EntryIdentity } from '../log/entry';
import { corruptReplica, gapInReplica } from '../log/good-point';
import { headOf, readHead, type Head } from '../log/head';
import { logKey } from '../log/log-keys';
import { readInventory, type Inventory } from '../log/inventory';
import { mayNeedWholeLog, readRecentInventory } from '../log/recent-inventory';
import { planRestore, type RestorePlan } from '../log/restore-plan';
import { restoreSound } from '../log/restore-sound';
import { storeEntry } from '../log/store-entry';
import { storeFailure } from '../log/store-failure';
import { restoreEvents } from '../observe/restore-events';
import type { StatusModel } from '../observe/status-model';
import { headAfter, isVoid, pagelessEntry } from '../ownership/claim';
import type { Origin, ReplicaOptions, StartOutcome } from '../replica-types';

import { findBackup, glimpseBackup, receiveBackup, type Backup } from './receive-backup';
import { ProbeOnce } from './probe-once';
import { planStart } from './start-plan';

/** How often a start plans anew because the log moved on meanwhile. */
const MAX_ATTEMPTS = 8;
const BACKOFF_FIRST_MS = 100;
/** Entries of the owner that a newcomer applies while it tries to claim the next one. */
const MAX_CATCH_UP = 10_000;

export interface Started {
  readonly outcome: StartOutcome;
  /** This life's claim, which the next entry continues. */
  readonly head: Head;
  /** Of the history that it continues. */
  readonly lineage: string;
}

/** `met`: the entry that stands in the claim's place. Neither: the claim is void. */
interface ClaimResult {
  readonly claim: Head | null;
  readonly met?: EntryIdentity;
}

/** What one attempt won; null: the log moved on, plan again from nothing. */
interface Won {
  readonly origin: Origin;
  /** The state before the claim. */
  readonly from: Head;
  readonly claim: Head;
  readonly bytes: number;
}

/** The first journey: bring the local file to the log's head, claim what follows, prove the claim. */
export class Start {
  private supersededClaims = 0;
  /** Every file of the log is looked at, however old. */
  private wholeLog = false;
  private readonly probe: ProbeOnce;

  constructor(
    private readonly options: ReplicaOptions,
    private readonly status: StatusModel,
  ) {
    this.probe = new ProbeOnce(options);
  }

  async run(): Promise<Started> {
    const { clock, engine } = this.options;
    const begun = clock.now();
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const won = await this.attempt();
      if (won) {
        const lineage = await this.takeOver(won);
        return { lineage, head: won.claim, outcome: describe(won, clock.now() - begun) };
      }
      await engine.reset();
      await clock.sleep(BACKOFF_FIRST_MS * 2 ** attempt);
    }
    throw new PersistenceError(
      'REPLICA_CONTENDED',
      `The log moved on during each of ${MAX_ATTEMPTS} attempts to start.`,
    );
  }

  private async attempt(): Promise<Won | null> {
    const { engine, store, identity, backup } = this.options;
    const local = await engine.inspect();
    try {
      // Before the log: what a backup holds was stored before it.
      const glimpsed = backup ? await glimpseBackup(backup) : null;
      const inventory = await this.inventory();
      const descriptor = await readDescriptor(store);
      if (descriptor) checkIdentity(descriptor, identity);
      const plan = await this.planLatest(inventory);
      const head = plan && (await this.readHead(inventory, plan));
      this.status.emit({ type: 'found', found: describeFound(head, local) });
      const seen = head || !backup ? glimpsed : await findBackup(backup);
      const step = planStart({ descriptor, head, local, backup: seen });
      await this.probe.prove(descriptor?.lineage ?? null);
      if (step === 'receive') return await this.receive(backup!, local);
      if (step === 'create' || step === 'adopt') return await this.begin(step, local);
      const proved = step === 'judge' ? await this.judge(head!, descriptor, local) : null;
      return proved
        ? await this.continue(head!, proved.position, local, descriptor)
        : await this.restore(inventory, descriptor);
    } catch (error) {
      if (!this.wholeLog && mayNeedWholeLog(error)) {
        this.wholeLog = true;
        return null;
      }
      // Somebody else's compaction removed or replaced what was planned on: that is no gap.
      if (error instanceof FileChanged || isStoreError(error, 'NotFound')) return null;
      throw storeFailure(error, 'Reading the replica');
    }
  }

  /** Enough for the newest state at first; once that failed, everything: an older file may give the same state. */
  private async inventory(): Promise<Inventory> {
    const { store } = this.options;
    if (this.wholeLog) return readInventory(store);
    const recent = await readRecentInventory(store);
    this.wholeLog = recent.whole;
    return recent;
  }

  private async planLatest(inventory: Inventory): Promise<RestorePlan | null> {
    if (inventory.files.length === 0) return null;
    try {
      return planRestore(inventory, { kind: 'latest' }, this.options.clock.now());
    } catch (error) {
      if (!isPersistenceError(error, 'REPLICA_GAP')) throw error;
      throw await gapInReplica(this.options, inventory, error);
    }
  }

  private async readHead(inventory: Inventory, plan: RestorePlan): Promise<Head> {
    try {
      return await readHead(this.options.store, inventory, plan);
    } catch (error) {
      const bad =
        isPersistenceError(error, 'REPLICA_CORRUPT') &&
        plan.files.find((file) => file.key === error.key);
      throw bad ? await corruptReplica(this.options, inventory, new BadFile(bad, error)) : error;
    }
  }

  /** A new history: the entry of TXID 1 is the claim, and a loser restores what the winner began. */
  private async begin(step: 'create' | 'adopt', local: LocalDatabase): Promise<Won | null> {
    const { engine, store, clock, nodeId } = this.options;
    const stamp = { txid: 1, nodeId, parent: ZERO_CHECKSUM, timestamp: clock.now() };
    const entry = await (step === 'create' ? engine.create(stamp) : engine.adopt(stamp));
    await this.beginClaim(1, null);
    const settled = await storeEntry(store, { ...entry, nodeId });
    if (!settled.ours || (await isVoid(store, 1))) return null;
    const { txid, checksum, timestamp, pageSize, commit } = entry;
    const claim: Head = {
      txid,
      checksum,
      timestamp,
      pageSize,
      commit,
      nodeId,
      kind: 'data',
      position: null,
    };
    const origin = step === 'create' ? 'created' : 'adopted';
    return { origin, from: claim, claim, bytes: Math.max(local.size, pageSize * commit) };
  }

  /** A plain file kept elsewhere becomes the local one, and then the history begins with it. */
  private async receive(backup: Backup, local: LocalDatabase): Promise<Won | null> {
    const { path, size, setAside } = await receiveBackup(this.options.engine, backup);
    this.status.emit({
      type: 'found',
      found: `The replica begins with the database file ${backup.key} (${size} bytes)`,
    });
    this.reportSetAside(setAside, `${path} gave way to ${backup.key}`);
    return this.begin('adopt', { ...local, size });
  }

  private async judge(
    head: Head,
    descriptor: ReplicaDescriptor | null,
    local: LocalDatabase,
  ): Promise<{ position: WalPosition | null } | null> {
    const proof = await this.options.engine.prove({
      ...head,
      lineage: descriptor?.lineage ?? null,
    });
    if (proof.proved) return proof;
    this.status.emit({
      type: 'found',
      found: `The local file ${local.path} is not used: ${proof.reason}`,
    });
    return null;
  }

  private async continue(
    head: Head,
    position: WalPosition | null,
    local: LocalDatabase,
    descriptor: ReplicaDescriptor | null,
  ): Promise<Won | null> {
    await this.beginClaim(head.txid + 1, descriptor);
    const { claim } = await this.claim(head, position);
    return claim && { origin: 'continued', from: head, claim, bytes: local.size };
  }

  private async restore(
    inventory: Inventory,
    descriptor: ReplicaDescriptor | null,
  ): Promise<Won | null> {
    const { clock, settings } = this.options;
    const begun = clock.now();
    const { sink, last } = await restoreSound(
      this.options,
      inventory,
      { kind: 'latest' },
      {
        replace: true,
        ...restoreEvents((event) => this.status.emit(event)),
      },
    );
    try {
      await sink.verify(settings.verify);
      await this.beginClaim(last.header.maxTxid + 1, descriptor);
      const won = await this.claimBehind(headOf(last), sink);
      if (!won) {
        await sink.abort();
        return null;
      }
      const { size, setAside, path } = await sink.finish();
      this.reportSetAside(setAside, `${path} gave way to the state that the replica holds`);
      const { txid, timestamp } = won.from;
      const durationMs = clock.now() - begun;
      this.status.emit({ type: 'restored', txid, time: timestamp, bytes: size, durationMs });
      return { origin: 'restored', ...won, bytes: size };
    } catch (error) {
      await sink.abort();
      throw error instanceof BadFile ? await corruptReplica(this.options, inventory, error) : error;
    }
  }

  private reportSetAside(path: string | null, reason: string): void {
    if (path) this.status.emit({ type: 'set-aside', path, reason });
  }

  /**
   * Claims what follows `head`. The owner may go on writing: its entries are followed by their headers alone, so that a
   * claim comes right behind the newest, and applied meanwhile.
   */
  private async claimBehind(
    head: Head,
    sink: RestoreSink,
  ): Promise<{ from: Head; claim: Head } | null> {
    let from = head;
    let applied: Promise<unknown> = Promise.resolve();
    for (let step = 0; step < MAX_CATCH_UP; step++) {
      const { claim, met } = await this.followOrClaim(from, applied);
      if (claim) return { from, claim };
      if (!met || !this.mayFollow(from, met)) return null;
      from = headOf(met);
      applied = applied.then(() => this.applyEntry(met, sink));
      // Its failure is met before the claim.
      applied.catch(() => undefined);
    }
    return null;
  }

  /** Nothing is claimed before everything up to there was applied and found intact. */
  private async followOrClaim(head: Head, applied: Promise<unknown>): Promise<ClaimResult> {
    try {
      const key = logKey(0, head.txid + 1, head.txid + 1);
      return { claim: null, met: await readEntryIdentity(this.options.store, key) };
    } catch (error) {
      if (!isStoreError(error, 'NotFound')) throw error;
    }
    await applied;
    return this.claim(head, null);
  }

  private applyEntry({ header, size }: EntryIdentity, sink: RestoreSink): Promise<unknown> {
    const { minTxid, maxTxid, timestamp } = header;
    const file = {
      level: 0,
      minTxid,
      maxTxid,
      key: logKey(0, minTxid, maxTxid),
      size,
      time: timestamp,
    };
    return applyPlan(
      this.options,
      { files: [file], txid: maxTxid, target: { kind: 'latest' } },
      sink,
    );
  }

  /** A data or release entry that continues `from`, or, once per life, a claim by another newcomer, which is superseded. */
  private mayFollow(from: Head, { header: { entry, minTxid } }: EntryIdentity): boolean {
    if (!entry || minTxid !== from.txid + 1 || entry.parent !== from.checksum) return false;
    return entry.kind !== 'claim' || this.supersededClaims++ === 0;
  }

  private async claim(head: Head, position: WalPosition | null): Promise<ClaimResult> {
    const { store, clock, nodeId } = this.options;
    const stamp = { kind: 'claim', nodeId, now: clock.now(), position } as const;
    const entry = pagelessEntry(head, stamp);
    const settled = await storeEntry(store, entry);
    if (!settled.ours) return { claim: null, met: settled.foreign };
    return { claim: (await isVoid(store, entry.txid)) ? null : headAfter(head, entry, stamp) };
  }

  /** On disk before the claim is in the store, so that this host knows its own claim again. */
  private beginClaim(txid: number, descriptor: ReplicaDescriptor | null): Promise<void> {
    const { engine, nodeId, newLineage } = this.options;
    return engine.beginClaim({ nodeId, txid, lineage: descriptor?.lineage ?? newLineage });
  }

  /** The claim stands: say whose history it is, and hold the file. Resolves to the lineage. */
  private async takeOver({ claim }: Won): Promise<string> {
    const { engine, nodeId } = this.options;
    const lineage = await this.describe();
    await engine.open({ nodeId, txid: claim.txid, commit: claim.commit });
    return lineage;
  }

  private async describe(): Promise<string> {
    const { store, identity, newLineage } = this.options;
    try {
      const own = { format: 1, lineage: newLineage, engine: 'sqlite', ...identity } as const;
      const standing = (await readDescriptor(store)) ?? (await createDescriptor(store, own));
      checkIdentity(standing, identity);
      await this.probe.record(standing.lineage);
      return standing.lineage;
    } catch (error) {
      throw storeFailure(error, 'Describing the replica');
    }
  }
}

function describe({ origin, from, claim, bytes }: Won, durationMs: number): StartOutcome {
  const begins = origin === 'created' || origin === 'adopted';
  return {
    origin,
    epoch: claim.txid,
    txid: from.txid,
    time: begins ? null : from.timestamp,
    bytes,
    durationMs,
  };
}

function describeFound(head: Head | null, local: LocalDatabase): string {
  const file = local.present ? `a local file of ${local.size} bytes` : 'no local file';
  return head
    ? `The replica ends at TXID ${head.txid}; there is ${file}`
    : `The replica is empty; there is ${file}`;
}
