import type { ObjectInfo } from '../../storage/object-store';
import { ltxTxid, parseLtxTxid } from './txid-text';

/** What a backup of ours says about itself: kept as metadata of the object. */
export interface BackupIdentity {
  /** The history it is a state of: 32 hex digits. */
  readonly lineage: string;
  /** TXID of the claim of the instance that made it. */
  readonly epoch: number;
  /** The state it holds. */
  readonly txid: number;
  /** Of its bytes: 64 hex digits. */
  readonly sha256: string;
}

export function backupMetadata({ lineage, epoch, txid, sha256 }: BackupIdentity) {
  return { lineage, epoch: ltxTxid(epoch), txid: ltxTxid(txid), sha256 };
}

/** Null where the object is none of our backups: somebody put a file there, or changed ours. */
export function readBackupIdentity({ metadata }: ObjectInfo): BackupIdentity | null {
  const { lineage = '', sha256 = '' } = metadata;
  const epoch = parseLtxTxid(metadata['epoch'] ?? '');
  const txid = parseLtxTxid(metadata['txid'] ?? '');
  const texts = /^[0-9a-f]{32}$/.test(lineage) && /^[0-9a-f]{64}$/.test(sha256);
  return texts && epoch !== null && txid !== null ? { lineage, epoch, txid, sha256 } : null;
}
