import type { LogFile } from './inventory';

/** Small files are kept, so that whoever folds them need not ask the store for what this very process gave it. */
const KEPT_FILE_BYTES = 256 * 1024;
const KEPT_BYTES = 8 * 1024 * 1024;
/** Names that nobody took: beyond this a listing is cheaper. */
const MAX_NEW = 50_000;

/** What this life has stored lately: the names of all, the bytes of small ones. Bounded. */
export class RecentFiles {
  private fresh: LogFile[] = [];
  private dropped = false;
  private readonly kept = new Map<string, Uint8Array>();
  private keptBytes = 0;

  /** `bytes` are taken over: nobody may change them afterwards. */
  add(file: LogFile, bytes: Uint8Array | null): void {
    if (this.fresh.length >= MAX_NEW) {
      this.fresh = [];
      this.dropped = true;
    }
    this.fresh.push(file);
    if (bytes) this.keep(file.key, bytes);
  }

  keep(key: string, bytes: Uint8Array): void {
    if (bytes.length > KEPT_FILE_BYTES) return;
    this.forget(key);
    this.kept.set(key, bytes);
    this.keptBytes += bytes.length;
    for (const oldest of this.kept.keys()) {
      if (this.keptBytes <= KEPT_BYTES) return;
      this.forget(oldest);
    }
  }

  /** What was added since the last call; null if there was too much to remember. */
  take(): readonly LogFile[] | null {
    const { fresh, dropped } = this;
    this.fresh = [];
    this.dropped = false;
    return dropped ? null : fresh;
  }

  bytesOf(key: string): Uint8Array | undefined {
    return this.kept.get(key);
  }

  clear(): void {
    this.fresh = [];
    this.kept.clear();
    this.keptBytes = 0;
  }

  forget(key: string): void {
    this.keptBytes -= this.kept.get(key)?.length ?? 0;
    this.kept.delete(key);
  }
}
