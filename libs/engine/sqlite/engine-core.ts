import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { PersistenceError } from '../../errors';
import type {
  CheckpointUrgency,
  EntryStamp,
  LocalDatabase,
  LogHead,
  Proof,
  RestoredDatabase,
  WriteLock,
} from '../database-engine';
import { checkSqlite, connect, findDamage, tryBeginWrite } from './connection';
import { EntryWriter, type WrittenEntry } from './entry-writer';
import { HostLock } from './host-lock';
import { LiveDatabase, type LiveListener } from './live-database';
import {
  needRoom,
  removeDatabase,
  removeLeftovers,
  setAside,
  syncFolder,
  temporary,
  anyLocalFile,
} from './local-files';
import { LocalMemory } from './local-memory';
import { proveFiles, type FileProof } from './proof';
import { ReceiveSession } from './receive-session';
import { RestoreSession } from './restore-session';
import { databaseError } from './sqlite-errors';

const PAGE_SIZE = 4_096;
const HOLD_TIMEOUT_MS = 2_000;

/** Everything the worker does with one database file; the port's methods, synchronous where SQLite is. */
export class EngineCore {
  private readonly lock: HostLock;
  private readonly memory: LocalMemory;
  private live: LiveDatabase | null = null;
  private restoring: RestoreSession | null = null;
  private receiving: ReceiveSession | null = null;
  private created: string | null = null;
  private proved: (Extract<FileProof, { proved: true }> & { head: LogHead }) | null = null;
  private spools: { txid: number; path: string }[] = [];

  constructor(
    readonly path: string,
    private readonly warn: (text: string) => void,
  ) {
    this.lock = new HostLock(path);
    this.memory = new LocalMemory(path);
  }

  inspect(): LocalDatabase {
    checkSqlite();
    try {
      mkdirSync(dirname(this.path), { recursive: true });
    } catch (error) {
      throw databaseError(error, this.path);
    }
    if (!this.lock.held) this.lock.take();
    removeLeftovers(this.path);
    const stat = statSync(this.path, { throwIfNoEntry: false });
    if (stat && !stat.isFile()) {
      throw new PersistenceError('DATABASE_UNREADABLE', `${this.path} is not a file.`);
    }
    const known = this.memory.recall();
    const size = stat?.size ?? 0;
    return {
      path: this.path,
      present: size > 0,
      size,
      stored: known && { txid: known.stored, lineage: known.lineage },
    };
  }

  prove(head: LogHead): Proof {
    const proof = proveFiles(this.path, head, this.memory.recall());
    if (!proof.proved) return proof;
    const reason = this.tryOpen(head.pageSize);
    if (reason !== null) {
      this.reset();
      return { proved: false, reason };
    }
    this.proved = { ...proof, head };
    return { proved: true, position: proof.position };
  }

  /** Opens and holds the file; null, or why it is of no use. */
  private tryOpen(pageSize: number): string | null {
    try {
      const live = this.openLive();
      return live.pageSize === pageSize
        ? quickCheck(live)
        : 'its page size differs from the replica’s';
    } catch (error) {
      if (error instanceof PersistenceError && error.kind === 'corrupt') return error.message;
      throw error;
    }
  }

  /** One page that SQLite itself wrote: header, empty schema, WAL mode. */
  create(stamp: EntryStamp): WrittenEntry {
    const path = temporary(this.path, 'creating', stamp.nodeId);
    try {
      removeDatabase(path);
      const connection = new Database(path);
      connection.pragma(`page_size = ${PAGE_SIZE}`);
      connection.pragma('journal_mode = WAL');
      connection.close();
      this.created = path;
      const writer = new EntryWriter(this.path, stamp, {
        pageSize: PAGE_SIZE,
        commit: 1,
        commits: 0,
        span: null,
      });
      writer.page(1, readFileSync(path));
      return writer.finish();
    } catch (error) {
      throw databaseError(error, this.path);
    }
  }

  async adopt(stamp: EntryStamp): Promise<WrittenEntry> {
    try {
      this.prepareForAdoption();
      return this.keepSpool(await this.openLive().snapshot(stamp));
    } catch (error) {
      this.reset();
      throw databaseError(error, this.path);
    }
  }

  beginRestore(id: string): void {
    this.restoring?.abort();
    this.restoring = new RestoreSession(this.path, id);
  }

  restore(): RestoreSession {
    if (!this.restoring) throw new PersistenceError('INTERNAL', 'No restore has begun.');
    return this.restoring;
  }

  finishRestore(replace: boolean): RestoredDatabase {
    const restored = this.restore().finish(replace ? () => this.makeRoom() : null);
    this.restoring = null;
    return restored;
  }

  abortRestore(): void {
    this.restoring?.abort();
    this.restoring = null;
  }

  beginReceive(id: string): void {
    this.receiving?.abort();
    this.receiving = new ReceiveSession(this.path, id);
  }

  receive(): ReceiveSession {
    if (!this.receiving) throw new PersistenceError('INTERNAL', 'No file is being received.');
    return this.receiving;
  }

  finishReceive(): RestoredDatabase {
    const received = this.receive().finish(() => this.makeRoom());
    this.receiving = null;
    return received;
  }

  abortReceive(): void {
    this.receiving?.abort();
    this.receiving = null;
  }

  beginClaim(claim: { nodeId: string; txid: number; lineage: string }): void {
    const position = this.proved?.position ?? this.live?.position ?? null;
    this.memory.beginClaim(claim, position, this.live !== null);
  }

  open(head: { nodeId: string; txid: number; commit: number }): void {
    this.moveCreated();
    const live = this.live ?? this.openLive();
    const cursor = this.proved ? this.proved.cursor : null;
    if (this.proved || !live.position)
      live.continueFrom({ txid: head.txid, commit: head.commit, cursor });
    this.proved = null;
    this.memory.opened(head, live.position, cursor === 'lost');
  }

  revive(head: { nodeId: string; txid: number; commit: number }): void {
    checkSqlite();
    this.lock.take();
    this.openLive().continueFrom({ txid: head.txid, commit: head.commit, cursor: 'lost' });
    this.memory.revived(head.nodeId);
  }

  startOver(): void {
    this.dropSpools();
    this.liveDatabase().forgetPlace();
  }

  beginHistory(claim: { nodeId: string; txid: number; lineage: string }): void {
    this.memory.beginHistory(claim, this.liveDatabase().position);
  }

  hasNews(): boolean {
    return this.live?.hasNews() ?? false;
  }

  writeLock(): WriteLock {
    return this.liveDatabase().writeLock();
  }

  isPressed(): boolean {
    return this.live?.pressed ?? false;
  }

  async capture(stamp: EntryStamp): Promise<WrittenEntry | null> {
    return this.keepSpool(await this.liveDatabase().capture(stamp));
  }

  settled(txid: number): void {
    this.memory.settled(txid);
    for (const spool of this.spools) if (spool.txid <= txid) rmSync(spool.path, { force: true });
    this.spools = this.spools.filter((spool) => spool.txid > txid);
  }

  get checkpointDue(): CheckpointUrgency {
    return this.live?.checkpointDue ?? 'no';
  }

  async beginCheckpoint(stamp: EntryStamp): Promise<WrittenEntry | null> {
    return this.keepSpool(await this.liveDatabase().beginCheckpoint(stamp));
  }

  finishCheckpoint(): void {
    this.liveDatabase().finishCheckpoint();
  }

  hold(): Promise<boolean> {
    return this.live ? this.live.hold(HOLD_TIMEOUT_MS) : Promise.resolve(true);
  }

  reset(): void {
    try {
      this.leaveUnclaimed();
    } finally {
      this.letGo();
    }
  }

  close(released: number | null): void {
    try {
      if (released !== null) this.leaveReleased(released);
      else if (this.memory.stored && this.live?.barrier.inTransaction) {
        this.leaveAhead(this.memory.stored);
      } else this.leaveUnclaimed();
    } finally {
      this.letGo();
      this.lock.release();
    }
  }

  /** A start that proved the file and came no further leaves it provable. */
  private leaveUnclaimed(): void {
    const { proved } = this;
    if (proved && proved.cursor !== null && proved.cursor !== 'lost') this.leaveAhead(proved.head);
  }

  private letGo(): void {
    this.live?.close();
    this.live = null;
    this.proved = null;
    this.memory.endLife();
    if (this.created) removeDatabase(this.created);
    this.created = null;
    this.abortRestore();
    this.abortReceive();
    this.dropSpools();
  }

  private leaveReleased(txid: number): void {
    if (!this.live) return;
    const whole = this.live.backfillAll();
    this.memory.released(txid, this.live.position, whole);
  }

  /**
   * Whoever closes the database last makes SQLite take the whole log into the main file and delete it, commits that were
   * never stored included. Done here and noted, the next start finds a file it can prove: `head`, and commits behind it.
   */
  private leaveAhead(head: Pick<LogHead, 'nodeId' | 'txid'>): void {
    if (!this.memory.isEmpty && this.live?.backfillAll()) this.memory.leftAhead(head);
  }

  private openLive(): LiveDatabase {
    const listener: LiveListener = {
      atPosition: (txid, position) => this.memory.at({ txid, position }),
      mainWritten: (line) => this.memory.mainWritten(line),
      warn: this.warn,
    };
    this.live = new LiveDatabase(this.path, listener);
    return this.live;
  }

  private liveDatabase(): LiveDatabase {
    if (!this.live) throw new PersistenceError('INTERNAL', 'The database is not open.');
    return this.live;
  }

  private keepSpool<T extends WrittenEntry | null>(entry: T): T {
    if (entry?.spool) this.spools.push({ txid: entry.txid, path: entry.spool });
    return entry;
  }

  private dropSpools(): void {
    for (const spool of this.spools) rmSync(spool.path, { force: true });
    this.spools = [];
  }

  /** The local files make way for a restored database: the untouched file of a clean end is dropped, all else is kept. */
  private makeRoom(): string | null {
    const stored = this.memory.isFileStored();
    this.memory.forgetFile();
    if (!anyLocalFile(this.path)) return null;
    if (!stored) return setAside(this.path, new Date());
    removeDatabase(this.path);
    return null;
  }

  private moveCreated(): void {
    if (!this.created) return;
    const fd = openSync(this.created, 'r+');
    fsyncSync(fd);
    closeSync(fd);
    const aside = this.makeRoom();
    if (aside) this.warn(`Files at ${this.path} were set aside as ${aside}.`);
    renameSync(this.created, this.path);
    syncFolder(dirname(this.path));
    this.created = null;
  }

  /** Checks first, changes after: a file that is refused is left as it was. */
  private prepareForAdoption(): void {
    const connection = connect(this.path);
    try {
      // One copy to read from, and at worst as much again for the entry that holds it.
      needRoom(this.path, 2 * statSync(this.path).size, 'The first snapshot');
      const damage = findDamage(connection);
      if (damage !== null)
        throw new PersistenceError(
          'DATABASE_CORRUPT',
          `SQLite finds ${this.path} damaged: ${damage}.`,
        );
      if (connection.pragma('journal_mode = WAL', { simple: true }) !== 'wal') {
        throw new PersistenceError(
          'DATABASE_NOT_WAL',
          `${this.path} cannot be switched to WAL mode.`,
        );
      }
      if (!tryBeginWrite(connection)) {
        throw new PersistenceError('DATABASE_IN_USE', `Another process is writing ${this.path}.`);
      }
      connection.exec('ROLLBACK');
    } finally {
      connection.close();
    }
  }
}

/** Null if SQLite finds nothing wrong. */
function quickCheck(live: LiveDatabase): string | null {
  try {
    const damage = findDamage(live.view);
    return damage && `SQLite finds it damaged (${damage})`;
  } catch (error) {
    return `SQLite cannot read it (${(error as Error).message})`;
  }
}
