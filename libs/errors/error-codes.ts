/**
 * What a caller does about an error.
 *
 * - `retry`: the same call may succeed later; nothing is wrong with data or settings.
 * - `configure`: a setting, a permission or the environment must change first.
 * - `corrupt`: stored or local bytes are not what they must be; nothing was changed, a person decides.
 * - `fenced`: another instance owns the database now; this one must not write again.
 * - `bug`: a state that this library promises never to reach; please report it.
 */
export type ErrorKind = 'retry' | 'configure' | 'corrupt' | 'fenced' | 'bug';

interface ErrorCodeEntry {
  readonly kind: ErrorKind;
  /** What to do, in one or two sentences. Used where the place of the error has nothing more exact to say. */
  readonly hint: string;
}

const codes = <T extends Record<string, ErrorCodeEntry>>(table: T): T => table;

/** Every error code of the library, with its kind and default hint. Documented in docs/errors.md (a test keeps them equal). */
export const ERROR_CODES = codes({
  // Settings and environment
  OPTION_UNKNOWN: {
    kind: 'configure',
    hint: 'Remove the option or correct its spelling; the message lists the known ones.',
  },
  OPTION_INVALID: {
    kind: 'configure',
    hint: 'Correct the named option; the message says which values are allowed.',
  },
  NOT_SUPPORTED_YET: {
    kind: 'configure',
    hint: 'This version cannot do that yet. Remove the setting, or use one that the message names.',
  },
  DATABASE_URL_UNSUPPORTED: {
    kind: 'configure',
    hint: 'Use file:<path> or sqlite:<path> for a local database file, or remove DATABASE_URL.',
  },
  MODULE_MISSING: {
    kind: 'configure',
    hint: 'Import PersistenceModule.forRoot() in the root module, before TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({...})).',
  },
  PLATFORM_RUNS_SEVERAL: {
    kind: 'configure',
    hint: 'Run the app where one instance serves it. If you make sure yourself that never more than one instance writes, set PERSISTENCE_OWNERSHIP=trusted.',
  },
  PACKAGE_MISSING: { kind: 'configure', hint: 'Install the named package.' },
  SQLITE_TOO_OLD: {
    kind: 'configure',
    hint: 'Update better-sqlite3 to 12.8.0 or later: SQLite before 3.51.3 can corrupt a database when its write-ahead log restarts.',
  },
  SQLITE_LOADED_TWICE: {
    kind: 'configure',
    hint: 'Make every package use the same copy of better-sqlite3 (npm dedupe): two copies in one process ignore each other’s locks.',
  },
  WORKER_NOT_FOUND: {
    kind: 'configure',
    hint: 'Keep nestjs-persistence external when bundling the app: its worker is a file of its own.',
  },
  WORKER_DIED: {
    kind: 'retry',
    hint: 'Restart the process; everything that was confirmed is stored. If it repeats, please report it with the cause.',
  },
  SHUTTING_DOWN: {
    kind: 'retry',
    hint: 'The app is closing; send the request to another instance.',
  },

  // The local database file
  DATABASE_UNREADABLE: {
    kind: 'configure',
    hint: 'Check that the path is a file the process may read and write, in a folder it may write to.',
  },
  DATABASE_READ_ONLY: {
    kind: 'configure',
    hint: 'Point DATABASE_PATH (DATABASE_PATH_ORDERS for a database named "orders") at a folder the process may write to.',
  },
  DATABASE_NOT_SQLITE: {
    kind: 'corrupt',
    hint: 'The file is not a SQLite database. Move it away, or point DATABASE_PATH (DATABASE_PATH_ORDERS for a database named "orders") at the right file.',
  },
  DATABASE_CORRUPT: {
    kind: 'corrupt',
    hint: 'SQLite finds this file damaged. Move it away to start from the replica, or restore a good copy.',
  },
  DATABASE_IN_USE: {
    kind: 'configure',
    hint: 'Another process on this host already runs with this database file. Stop it, or give this one another file in DATABASE_PATH (DATABASE_PATH_ORDERS for a database named "orders").',
  },
  DATABASE_NOT_WAL: {
    kind: 'configure',
    hint: 'Leave journal_mode at WAL while the app runs; replication reads the write-ahead log.',
  },
  DATABASE_TOO_LARGE: {
    kind: 'configure',
    hint: 'One object can hold 5 GB at most. Shrink the database (VACUUM, archive old rows) or move to PostgreSQL.',
  },
  DISK_FULL: {
    kind: 'configure',
    hint: 'Free space in the folder of the database (a restore needs room for the database once more), then start again.',
  },
  TRANSACTION_OPEN: {
    kind: 'retry',
    hint: 'A transaction was open all the while, so nothing could be confirmed. Look for a startTransaction() that nobody ends.',
  },

  TRANSACTION_WAIT_TIMEOUT: {
    kind: 'retry',
    hint: 'Nothing was run. The message says which transaction kept it waiting: end it sooner, or run the waiting code inside it (dataSource.transaction(), or its queryRunner.manager).',
  },
  TRANSACTION_LOST: {
    kind: 'retry',
    hint: 'The transaction had ended before this statement, which was not run; nothing of the transaction is stored unless it was committed. Begin a new one.',
  },
  TRANSACTION_LEFT_OPEN: {
    kind: 'configure',
    hint: 'End every transaction where it was begun: use dataSource.transaction(), or commit or roll back before queryRunner.release(). What was left open has been rolled back.',
  },
  TRANSACTION_ROLLED_BACK: {
    kind: 'retry',
    hint: 'The transaction that this answer was written in was rolled back, so the answer was not sent. Nothing of it is stored.',
  },
  DATA_SOURCE_CLOSED: {
    kind: 'retry',
    hint: 'The DataSource was destroyed, or is being destroyed and takes no new work.',
  },
  FLUSH_INSIDE_TRANSACTION: {
    kind: 'configure',
    hint: 'Wait for the store behind the transaction, not inside it: what it wrote is not committed yet. sync.transaction(work) does both in this order.',
  },

  // The store
  STORE_UNREACHABLE: {
    kind: 'retry',
    hint: 'Check network, address and credentials of the store. No database was opened or changed.',
  },
  STORE_NOT_CONFIGURED: {
    kind: 'configure',
    hint: 'Set NETWORK_DB_PATH to a file on storage that outlives the container, or give PersistenceModule.forRoot() a storage.',
  },
  STORE_SETTINGS_INCOMPLETE: {
    kind: 'configure',
    hint: 'Set the variable that the message names, or remove the others that belong to it.',
  },
  STORE_BUCKET_MISSING: {
    kind: 'configure',
    hint: 'Create the bucket or container that the message names, or let the identity of the app create it.',
  },
  STORE_DENIED: {
    kind: 'configure',
    hint: 'Give the credentials permission to read, create, list and delete objects there.',
  },
  STORE_FULL: {
    kind: 'retry',
    hint: 'Free space where the store keeps its objects, or raise its quota. Nothing is lost: what is not stored waits in the local file.',
  },
  STORE_NOT_CONDITIONAL: {
    kind: 'configure',
    hint: 'This store cannot create an object only if it is absent, so two instances could overwrite each other. Use another store, or a folder on a file system with hard links. Only if you make sure yourself that never more than one instance writes, set ownership to "trusted" (PERSISTENCE_OWNERSHIP).',
  },
  PREFIX_IN_USE: {
    kind: 'configure',
    hint: 'Give one of them another name in the store: S3_KEY, AZURE_BLOB_NAME or NETWORK_DB_PATH with the suffix of its database (S3_KEY_ORDERS), or another folder.',
  },
  STORE_KEY_INVALID: { kind: 'bug', hint: 'Please report it with the key.' },
  FLUSH_TIMEOUT: {
    kind: 'retry',
    hint: 'The commit exists locally and will be stored when the store answers again. Do not repeat the write without an idempotency key.',
  },
  COMMIT_UNCONFIRMED: {
    kind: 'retry',
    hint: 'If the request changed something, that is committed on this host, and may be stored already or later. Before sending it again look whether it is there, or send it with an idempotency key.',
  },

  // The replica
  REPLICA_CORRUPT: {
    kind: 'corrupt',
    hint: 'The named object is damaged. Bring it back (versions, soft delete), or get the newest state that is whole: npx nestjs-persistence restore --emergency --to rescued.db.',
  },
  REPLICA_GAP: {
    kind: 'corrupt',
    hint: 'An object in the middle of the history is missing. Bring it back (versions, soft delete), or get the newest state that is whole: npx nestjs-persistence restore --emergency --to rescued.db.',
  },
  REPLICA_BEHIND: {
    kind: 'corrupt',
    hint: 'The store has lost its newest entries: this host knows later ones. Keep the local file, look at the store first (versions, soft delete).',
  },
  REPLICA_MISSING: {
    kind: 'corrupt',
    hint: 'The store says a history existed and it is gone. Bring the objects back (versions, soft delete), or remove replica.json to begin anew.',
  },
  REPLICA_OF_ANOTHER_APP: {
    kind: 'configure',
    hint: 'This place holds the data of another app, database or deployment. Use another path, or rename the app back.',
  },
  REPLICA_FUTURE_DATED: {
    kind: 'corrupt',
    hint: 'An object carries a time in the future, so no restore can be trusted to be the newest. Check the clocks of the hosts that wrote it; npx nestjs-persistence restore --emergency --to rescued.db goes by the order of the entries alone.',
  },
  REPLICA_FENCED: {
    kind: 'fenced',
    hint: 'Another instance has taken this database over. Send writes to it; restart this one to follow.',
  },
  REPLICA_CONTENDED: {
    kind: 'retry',
    hint: 'Other instances kept claiming the database during the start. Let one of them run, then start again.',
  },
  RESTORE_POINT_UNKNOWN: {
    kind: 'configure',
    hint: 'Choose a state that is there: npx nestjs-persistence restore-points lists them, SyncService.restorePoints() too.',
  },
  RESTORE_TARGET_EXISTS: {
    kind: 'configure',
    hint: 'Choose a path that does not exist: a restore never overwrites.',
  },
  RESTORE_UNDER_WAY: {
    kind: 'retry',
    hint: 'Wait until the restore that is under way has ended, then try again.',
  },
  BACKUP_PLACE_TAKEN: {
    kind: 'configure',
    hint: 'Stop whatever writes the file that is named, or give the backup another name; every version that was found there is kept beside it.',
  },
  BACKUP_TIMEOUT: {
    kind: 'retry',
    hint: 'The store is too slow for a database of this size; the next backup tries again. Commits are stored all the same.',
  },
  ADMIN_UNGUARDED: {
    kind: 'configure',
    hint: 'Write PersistenceAdminModule.forRoot({ token: process.env.PERSISTENCE_ADMIN_TOKEN }) or give it a guard of your own: the endpoints are never open to everybody.',
  },

  // The format
  LTX_INVALID: { kind: 'corrupt', hint: 'The object is not an intact LTX file.' },
  INTERNAL: { kind: 'bug', hint: 'Please report it with the message and its cause.' },
});

/** A readable, stable name of what went wrong. */
export type ErrorCode = keyof typeof ERROR_CODES;
