import { createSqliteEngine } from '../../engine';
import {
  Backup,
  type BackupCall,
  type BackupResult,
  type BackupSettings,
  type BackupSource,
  type BackupStatus,
  type BackupTarget,
  restoreToFile,
} from '../../replica';
import type { ObjectStore } from '../../storage/object-store';
import { systemClock } from '../database/system-clock';
import { kindOf } from '../database/open-store';
import type { LineLog } from '../log/event-log';
import { storagePlace } from '../storage/storage-place';
import type { StoragePlan } from '../storage/storage-plan';
import { BackupLog } from './backup-log';
import { leaveWalMode } from './leave-wal-mode';
import { isOpenElsewhere } from './open-elsewhere';
import { ScratchFolder } from './scratch-folder';

export interface DatabaseBackupParts {
  readonly replica: BackupSource;
  /** The replica's own store. */
  readonly store: ObjectStore;
  readonly target: BackupTarget;
  readonly settings: BackupSettings & {
    /** The live database file: what a backup needs for a while lies beside it. */
    readonly path: string;
    readonly storage: StoragePlan;
  };
  readonly lines: LineLog;
}

/** Backups of one database. */
export interface DatabaseBackup {
  /** Into the store. */
  run(call?: BackupCall): Promise<BackupResult>;
  /** Into a new file on this host; `key` of the result is its path. */
  copyTo(file: string): Promise<BackupResult>;
  /** From memory. */
  status(): BackupStatus;
  /** Removes what a process that died in a backup left on the disk. To be called by the owner of the database. */
  sweep(): Promise<void>;
  /** To be called when the replica was deleted under the app: forgets what was known of its backups. */
  startOver(): Promise<void>;
  /** Gives up what is under way; nothing begins afterwards. */
  stop(): Promise<void>;
}

export function createDatabaseBackup(parts: DatabaseBackupParts): DatabaseBackup {
  const { replica, store, target, settings, lines } = parts;
  const log = new BackupLog(lines);
  const onWarning = (text: string) => lines.warn(text);
  const newEngine = (path: string) => createSqliteEngine({ path, onWarning });
  const scratch = new ScratchFolder(settings.path, newEngine);
  const backup = new Backup({
    replica,
    store,
    target: () => Promise.resolve(target),
    scratch,
    inUse: placeInUse(settings.storage),
    clock: systemClock,
    settings,
    onEvent: (event) => log.write(event),
  });
  return {
    run: (call) => backup.run(call),
    status: () => backup.status(),
    // Disk space alone is at stake: that it cannot be removed is no reason to keep the database closed.
    sweep: () => scratch.clear().catch(() => undefined),
    startOver: () => backup.startOver(),
    stop: () => backup.stop(),
    async copyTo(file) {
      const begun = systemClock.now();
      await replica.flush();
      const engine = newEngine(file);
      const { txid, bytes } = await restoreToFile({ store, engine, clock: systemClock });
      await leaveWalMode(file);
      return { key: file, bytes, txid, durationMs: systemClock.now() - begun };
    },
  };
}

/** Undefined where the backup's place is no file that a program could open. */
function placeInUse(plan: StoragePlan): (() => Promise<boolean>) | undefined {
  const place = storagePlace(plan);
  if (place?.store !== 'directory') return undefined;
  return async () => {
    if ((await kindOf(place.key)) !== 'file') return false;
    return isOpenElsewhere(place.key);
  };
}
