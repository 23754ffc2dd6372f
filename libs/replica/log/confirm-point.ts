import { PersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import { readEntryIdentity } from './entry';
import type { Inventory, LogFile } from './inventory';
import type { RestorePlan } from './restore-plan';

/**
 * A plan for an exact target may end in an entry that was never part of the history: a late claim at a TXID that had been
 * merged and removed by then. An entry counts only if it is the head, if the entry behind it names it as parent, or if a
 * merged file names it as its last. (Where a plan goes on, applying its files checks the same.)
 *
 * Rejects with `RESTORE_POINT_UNKNOWN` for an entry that nothing names, and as `readEntryIdentity` does.
 */
export async function confirmPoint(
  store: ObjectStore,
  plan: RestorePlan,
  inventory: Inventory,
  signal?: AbortSignal,
): Promise<void> {
  const last = plan.files.at(-1);
  if (plan.target.kind === 'latest' || !last || last.level > 0) return;
  const { txid } = plan;
  if (inventory.files.every((file) => file.maxTxid <= txid)) return;

  const { header, checksum } = await readEntryIdentity(store, last.key, signal);
  // Litestream's own file: it makes no claims, and nothing of its names a parent.
  if (header.entry === null) return;
  for (const witness of witnesses(inventory, txid)) {
    const { header: later } = await readEntryIdentity(store, witness.key, signal);
    if (later.entry?.parent === checksum) return;
    if (witness.level === 0 && later.entry === null) return;
  }
  throw new PersistenceError(
    'RESTORE_POINT_UNKNOWN',
    `${last.key} is not part of the history: nothing behind it names it.`,
    { key: last.key, hint: `Choose an earlier restore point: TXID ${before(plan)}.` },
  );
}

/** The entry behind it, and merged files that end in it. */
const witnesses = ({ files }: Inventory, txid: number): LogFile[] =>
  files.filter((file) => (file.level === 0 ? file.minTxid === txid + 1 : file.maxTxid === txid));

const before = (plan: RestorePlan): number | string => plan.files.at(-2)?.maxTxid ?? 'none is left';
