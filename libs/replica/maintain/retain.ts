import { PersistenceError } from '../../errors';
import type { Inventory, LogFile } from '../log/inventory';
import { newestGoodTxid } from '../log/restore-plan';
import { confirmOwner } from './confirm-owner';
import type { DamageLog } from './damage-log';
import type { Files } from './files';
import { identifyPageless } from './identify-pageless';
import type { LogView } from './log-view';
import type { MaintenanceParts } from './maintenance-parts';
import { planRetention, type RetentionPlan, type RetentionSettings } from './retention-plan';

/** Keys of one delete request, each preceded by a look at who owns the log. */
const BATCH = 1_000;
/** What one run reads to prove more: the rest is for later runs. A larger file is read alone. */
const PROVE_BYTES = 512 * 1024 * 1024;
const PROVE_FILES = 200;
const IDENTIFY_ENTRIES = 100;

/** Deletes what retention allows. `onDeleted` hears of every request that went through, also if a later one fails. */
export class Retention {
  private readonly pageless = new Map<string, 'stays' | 'may go'>();

  constructor(
    private readonly parts: MaintenanceParts,
    private readonly files: Files,
    private readonly view: LogView,
    private readonly damage: DamageLog,
    private readonly settings: RetentionSettings,
  ) {}

  /** `inventory`: listed in this very run. `unfinished`: more may go once more is proved. */
  async run(
    inventory: Inventory,
    signal: AbortSignal,
    onDeleted: (files: readonly LogFile[]) => void,
  ): Promise<{ readonly unfinished: boolean }> {
    const first = this.plan(inventory);
    const proved = await this.prove(first.toProve, signal);
    const second = this.plan(inventory);
    const identified = await this.identify(second.toIdentify, signal);
    const { deletions } = this.plan(inventory);
    assertNothingLost(inventory, deletions);
    for (let at = 0; at < deletions.length; at += BATCH) {
      const batch = deletions.slice(at, at + BATCH);
      await this.delete(batch, signal);
      onDeleted(batch);
    }
    return { unfinished: !proved || !identified };
  }

  private plan(inventory: Inventory): RetentionPlan {
    const { proved } = this.files;
    const durableTxid = this.parts.head().txid;
    const facts = { inventory, durableTxid, proved, pageless: this.pageless };
    return planRetention(facts, this.settings);
  }

  /** Whether all of them were read. */
  private async prove(toProve: readonly LogFile[], signal: AbortSignal): Promise<boolean> {
    let bytes = 0;
    for (const [at, file] of toProve.entries()) {
      bytes += file.size;
      if (at >= PROVE_FILES || (at > 0 && bytes > PROVE_BYTES)) return false;
      await this.damage.attempt(file.key, () => this.files.prove(file, signal));
    }
    return true;
  }

  private async identify(entries: readonly LogFile[], signal: AbortSignal): Promise<boolean> {
    for (const file of entries.slice(0, IDENTIFY_ENTRIES)) {
      this.pageless.set(file.key, await identifyPageless(this.parts.store, file, signal));
    }
    return entries.length <= IDENTIFY_ENTRIES;
  }

  private async delete(batch: readonly LogFile[], signal: AbortSignal): Promise<void> {
    await confirmOwner(this.parts, signal);
    const keys = batch.map(({ key }) => key);
    await this.parts.store.deleteMany(keys, { signal });
    this.view.remove(keys);
    for (const key of keys) {
      this.files.forget(key);
      this.pageless.delete(key);
    }
  }
}

/** The last defence, of the plan against itself: what is left must give the same newest state. */
function assertNothingLost({ files }: Inventory, deletions: readonly LogFile[]): void {
  const gone = new Set(deletions);
  const left = files.filter((file) => !gone.has(file));
  if (newestGoodTxid({ files: left }) === newestGoodTxid({ files })) return;
  throw new PersistenceError('INTERNAL', 'A retention plan would have lost the newest state.');
}
