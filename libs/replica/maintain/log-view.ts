import type { ObjectStore } from '../../storage/object-store';
import { readInventory, type Inventory, type LogFile } from '../log/inventory';
import type { RecentFiles } from '../log/recent-files';

/**
 * The inventory as this life knows it: listed once, then extended by what it stores itself, so that looking costs nothing.
 * Files that others wrote meanwhile are seen at the next listing.
 */
export class LogView {
  private files: Map<string, LogFile> | null = null;
  /** Counts what was listed, added or removed. */
  version = 0;
  listings = 0;

  constructor(
    private readonly store: ObjectStore,
    private readonly recent: RecentFiles,
  ) {}

  /** From memory, if it was listed before and nothing of ours was missed. */
  async inventory(signal: AbortSignal): Promise<Inventory> {
    const fresh = this.recent.take();
    if (!this.files || !fresh) return this.list(signal, fresh ?? []);
    for (const file of fresh) this.add(file);
    return { files: [...this.files.values()] };
  }

  /** `known`: stored by us, whether or not the listing shows it yet. */
  async list(signal: AbortSignal, known = this.recent.take() ?? []): Promise<Inventory> {
    this.forget();
    const { files } = await readInventory(this.store, { signal });
    this.files = new Map(files.map((file) => [file.key, file]));
    for (const file of known) this.add(file);
    this.version++;
    this.listings++;
    return this.inventory(signal);
  }

  add(file: LogFile): void {
    this.files?.set(file.key, { ...this.files.get(file.key), ...file });
    this.version++;
  }

  remove(keys: readonly string[]): void {
    for (const key of keys) this.files?.delete(key);
    this.version++;
  }

  /** It turned out to be wrong: the next look is a listing. */
  forget(): void {
    this.files = null;
  }
}
