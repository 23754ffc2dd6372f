import type { ObjectInfo } from '../../storage/object-store';
import type { ReplicaIdentity } from '../replica-types';
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

/** Metadata of a store has 2 KiB in all. */
const MAX_OWNER = 1_024;

/** As the metadata of an object. `owner`: of `ownerText`. */
export function backupMetadata(
  { lineage, epoch, txid, sha256 }: BackupIdentity,
  owner?: string,
): Record<string, string> {
  const metadata = { lineage, epoch: ltxTxid(epoch), txid: ltxTxid(txid), sha256 };
  return owner === undefined ? metadata : { ...metadata, owner };
}

/** Whose database it is, through all its histories, in the characters of metadata; undefined if that is too long. */
export function ownerText({ application, database, deployment }: ReplicaIdentity) {
  const text = encodeURIComponent(JSON.stringify([application, database, deployment]));
  return text.length > MAX_OWNER ? undefined : text;
}

/** Whether a copy is of this history, or of an earlier one of the same database. */
export function isOwnCopy(info: ObjectInfo, lineage: string, owner: string | undefined): boolean {
  if (readBackupIdentity(info)?.lineage === lineage) return true;
  return owner !== undefined && info.metadata['owner'] === owner;
}

/** Null where the object is none of our backups: somebody put a file there, or changed ours. */
export function readBackupIdentity({ metadata }: ObjectInfo): BackupIdentity | null {
  const { lineage = '', sha256 = '' } = metadata;
  const epoch = parseLtxTxid(metadata['epoch'] ?? '');
  const txid = parseLtxTxid(metadata['txid'] ?? '');
  const texts = /^[0-9a-f]{32}$/.test(lineage) && /^[0-9a-f]{64}$/.test(sha256);
  return texts && epoch !== null && txid !== null ? { lineage, epoch, txid, sha256 } : null;
}
