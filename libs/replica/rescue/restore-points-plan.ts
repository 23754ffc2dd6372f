import type { Inventory, LogFile } from '../log/inventory';

/**
 * The states that can be restored exactly, oldest first: for each the file that ends in it, of several the least merged.
 * Every one is a TXID that `planRestore` accepts.
 */
export function restorableFiles({ files }: Inventory): LogFile[] {
  const sorted = files.toSorted((a, b) => a.maxTxid - b.maxTxid || a.level - b.level);
  const points: LogFile[] = [];
  let reached = 0;
  for (let at = 0; at < sorted.length;) {
    const txid = sorted[at]!.maxTxid;
    const best = sorted[at]!;
    let reachable = false;
    // What leads on from an earlier state may begin before it, never behind the TXID that follows.
    for (; sorted[at]?.maxTxid === txid; at++) reachable ||= sorted[at]!.minTxid <= reached + 1;
    if (!reachable) continue;
    points.push(best);
    reached = txid;
  }
  return points;
}

/**
 * Tells of which single entries the neighbours have to be asked: one may be a late claim, made when its TXID had been
 * merged already, if it is covered and stands at an edge of the entries that are still there.
 */
export function doubtsIn({ files }: Inventory): (point: LogFile) => boolean {
  const merged = files.filter(({ level }) => level > 0);
  const entries = new Set(files.filter(({ level }) => level === 0).map(({ maxTxid }) => maxTxid));
  return ({ level, maxTxid: txid }) => {
    if (level > 0 || (entries.has(txid - 1) && entries.has(txid + 1))) return false;
    return merged.some(({ minTxid, maxTxid }) => minTxid <= txid && maxTxid >= txid);
  };
}
