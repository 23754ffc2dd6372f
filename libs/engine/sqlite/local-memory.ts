import { PersistenceError } from '../../errors';
import type { LogHead, WalPosition } from '../database-engine';
import { fileIdentity, journalsOf, sameFile } from './local-files';
import { Sidecar, type SidecarData, WITHOUT_LOG } from './sidecar';

type Memory = Omit<SidecarData, 'version'>;

interface Claim {
  readonly nodeId: string;
  readonly txid: number;
  readonly lineage: string;
}

/** A place of the log, and the TXID whose state ends there. */
export interface PlaceOf {
  readonly txid: number;
  readonly position: WalPosition;
}

/**
 * What a host remembers of its database file from one life to the next, kept in the sidecar: which states of the log the
 * file is known to hold. `known` is what an earlier life left; this life's own memory begins with its claim.
 */
export class LocalMemory {
  private readonly sidecar: Sidecar;
  private known: SidecarData | null = null;
  private own: Memory | null = null;
  private nodeId = '';
  private claimed = 0;

  constructor(private readonly path: string) {
    this.sidecar = new Sidecar(path);
  }

  /** What an earlier life left; read anew. */
  recall(): SidecarData | null {
    this.known = this.sidecar.read();
    return this.known;
  }

  /** Highest TXID of this life that is known to be stored; null before its claim. */
  get stored(): Pick<LogHead, 'nodeId' | 'txid'> | null {
    return this.own && { nodeId: this.nodeId, txid: this.own.stored };
  }

  /** Written at once only if the file is held: what stands in its place until then is not what the line speaks of. */
  beginClaim({ nodeId, txid, lineage }: Claim, position: WalPosition | null, held: boolean): void {
    this.nodeId = nodeId;
    this.claimed = txid;
    const before = this.known?.lineage === lineage ? this.known : null;
    this.own = {
      lineage,
      stored: before?.stored ?? 0,
      lines: [...(before?.lines ?? []), ...this.lineAt(txid, position)],
      main: fileIdentity(this.path),
      clean: before?.clean ?? null,
      ahead: before?.ahead ?? null,
    };
    if (held) this.sidecar.write(this.own);
  }

  /** A new history begins with the live file: nothing of an older one says anything about it. */
  beginHistory({ nodeId, txid, lineage }: Claim, position: WalPosition | null): void {
    this.nodeId = nodeId;
    this.claimed = txid;
    this.known = null;
    this.own = {
      lineage,
      stored: txid,
      lines: this.lineAt(txid, position),
      main: fileIdentity(this.path),
      clean: null,
      ahead: null,
    };
    this.sidecar.write(this.own);
  }

  /** The claim is proved: its line replaces those of earlier lives. `isAhead`: the main file holds more than the claim's state. */
  opened(
    head: Pick<LogHead, 'nodeId' | 'txid'>,
    position: WalPosition | null,
    isAhead: boolean,
  ): void {
    this.remember({
      stored: head.txid,
      lines: isAhead ? [] : this.lineAt(head.txid, position ?? WITHOUT_LOG),
      main: fileIdentity(this.path),
      clean: null,
      ahead: isAhead ? { nodeId: head.nodeId, txid: head.txid } : null,
    });
  }

  /** A new worker goes on in the same life; where in the log is not known any more. */
  revived(nodeId: string): void {
    const known = this.sidecar.read();
    if (!known) throw new PersistenceError('INTERNAL', `The sidecar of ${this.path} is gone.`);
    this.nodeId = nodeId;
    this.own = { ...known, lines: [], main: fileIdentity(this.path), clean: null, ahead: null };
  }

  /** Not written by itself: whatever is written next takes it along. */
  settled(txid: number): void {
    if (this.own) this.own = { ...this.own, stored: Math.max(this.own.stored, txid) };
  }

  at({ txid, position }: PlaceOf): void {
    if (this.own) this.remember({ lines: [...this.own.lines, ...this.lineAt(txid, position)] });
  }

  /** A checkpoint has changed the main file; `line`, if the log begins anew there. */
  mainWritten(line: PlaceOf | undefined): void {
    this.remember({
      main: fileIdentity(this.path),
      lines: [...(this.own?.lines ?? []), ...(line ? this.lineAt(line.txid, line.position) : [])],
    });
  }

  /** The end of a clean life. `whole`: the main file alone is the state of `txid`. */
  released(txid: number, position: WalPosition | null, whole: boolean): void {
    this.remember({
      stored: txid,
      lines: this.lineAt(txid, position),
      main: fileIdentity(this.path),
      clean: whole ? { txid } : null,
      ahead: null,
    });
  }

  /** The main file alone is the state of `head`, and commits behind it that were never stored. */
  leftAhead({ nodeId, txid }: Pick<LogHead, 'nodeId' | 'txid'>): void {
    const known = this.own ?? this.known;
    if (!known) return;
    const { lineage, stored } = known;
    const main = fileIdentity(this.path);
    this.sidecar.write({ lineage, stored, lines: [], main, clean: null, ahead: { nodeId, txid } });
  }

  get isEmpty(): boolean {
    return (this.own ?? this.known) === null;
  }

  /** Whether the local file is the untouched one of a clean end, and the history that was claimed holds its state. */
  isFileStored(): boolean {
    const { known, own } = this;
    if (!known?.clean || own?.lineage !== known.lineage || this.claimed <= known.clean.txid)
      return false;
    return sameFile(fileIdentity(this.path), known.main) && journalsOf(this.path).length === 0;
  }

  /** The file that was spoken of goes away. */
  forgetFile(): void {
    this.known = null;
    this.sidecar.remove();
  }

  /** This life ends, or begins anew. */
  endLife(): void {
    this.own = null;
  }

  private lineAt(txid: number, position: WalPosition | null): SidecarData['lines'] {
    return position ? [{ nodeId: this.nodeId, txid, ...position }] : [];
  }

  private remember(change: Partial<Memory>): void {
    if (!this.own) return;
    this.own = { ...this.own, ...change };
    this.sidecar.write(this.own);
  }
}
