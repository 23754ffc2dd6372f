import type { FoldedFile } from '../../engine/file-merger';
import { isPersistenceError } from '../../errors';
import type { Inventory, LogFile } from '../log/inventory';
import { confirmOwner } from './confirm-owner';
import type { Files } from './files';
import { SNAPSHOT_LEVEL } from './levels';
import type { MaintenanceParts } from './maintenance-parts';
import type { MergedRange } from './maintenance-types';
import { assertOneHistory } from './merge-check';
import type { MergePlan } from './merge-plan';
import { storeMerged } from './store-merged';

export interface Merged {
  readonly file: LogFile;
  readonly range: MergedRange;
}

/** Carries out one merge: confirmed, folded, held against the log, stored, read back. */
export async function mergeFiles(
  parts: MaintenanceParts,
  files: Files,
  inventory: Inventory,
  plan: MergePlan,
  signal: AbortSignal,
): Promise<Merged> {
  await confirmOwner(parts, signal);
  const folded = await fold(parts, files, plan, signal);
  try {
    const before = await endsBefore(files, inventory, plan.inputs[0]!, signal);
    assertOneHistory(plan.inputs, folded.inputs, before);
    const file = await storeMerged(parts.store, files, plan.level, folded, signal);
    if (folded.body instanceof Uint8Array) parts.recent.keep(file.key, folded.body);
    const { level, minTxid, maxTxid, size: bytes } = file;
    return { file, range: { level, minTxid, maxTxid, inputs: plan.inputs.length, bytes } };
  } finally {
    await folded.discard();
  }
}

async function fold(
  { merger, nodeId }: MaintenanceParts,
  files: Files,
  { level, inputs }: MergePlan,
  signal: AbortSignal,
): Promise<FoldedFile> {
  const lastChecksum = await files.checksumOf(inputs.at(-1)!, signal);
  const wal = level === SNAPSHOT_LEVEL ? 'last' : 'none';
  try {
    return await merger.merge(files.inputs(inputs, signal), { lastChecksum, wal, nodeId });
  } catch (error) {
    if (!isPersistenceError(error, 'LTX_INVALID')) throw error;
    throw (await files.findDamaged(inputs, signal)) ?? error;
  }
}

/** What the file in front of the first input ends with, where one ends right there. */
async function endsBefore(
  files: Files,
  inventory: Inventory,
  first: LogFile,
  signal: AbortSignal,
): Promise<string | null> {
  if (first.level > 0 || first.minTxid === 1) return null;
  const before = inventory.files.find(
    (file) => file.level > 0 && file.maxTxid === first.minTxid - 1,
  );
  return before ? files.lastEntryOf(before, signal) : null;
}
