import type { ObjectStore } from '../../storage/object-store';
import type { LogFile } from '../log/inventory';

/**
 * Times of files that a listing does not tell, asked for one by one and remembered. Along one level times never fall, so
 * that a place in a hundred thousand files is found by some seventeen requests.
 */
export class FileTimes {
  private readonly asked = new Map<string, number>();

  constructor(
    private readonly store: ObjectStore,
    private readonly signal?: AbortSignal,
  ) {}

  /** ms since 1970. Rejects with a `StoreError`: `NotFound` where a merge has removed the file meanwhile. */
  async of(file: LogFile): Promise<number> {
    const known = this.known(file);
    if (known !== undefined) return known;
    const { time } = await this.store.head(file.key, this.signal ? { signal: this.signal } : {});
    this.asked.set(file.key, time);
    return time;
  }

  /**
   * How many of `files` (by TXID, of one level) are from before `time`: a binary search that asks for the time on each
   * side of the answer.
   */
  async countBefore(files: readonly LogFile[], time: number): Promise<number> {
    let low = 0;
    let high = files.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((await this.of(files[middle]!)) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The time, if it was told or asked for by now. */
  known({ key, time }: LogFile): number | undefined {
    return time ?? this.asked.get(key);
  }
}
