import type { ObjectStore } from '../../storage/object-store';
import type { LogFile } from '../log/inventory';
import { timeInside } from './time-inside';

export interface FileTimesOptions {
  readonly signal?: AbortSignal | undefined;
  /** Go by what the files themselves say, for a replica that was copied without its times. */
  readonly inside?: boolean;
}

/**
 * Times of files that a listing does not tell, asked for one by one and remembered. Along one level times never fall, so
 * that a place in a hundred thousand files is found by some seventeen requests.
 */
export class FileTimes {
  private readonly asked = new Map<string, number>();
  private readonly inside: boolean;
  private readonly call: { readonly signal?: AbortSignal };

  constructor(
    private readonly store: ObjectStore,
    { signal, inside = false }: FileTimesOptions = {},
  ) {
    this.inside = inside;
    this.call = signal ? { signal } : {};
  }

  /** ms since 1970. Rejects with a `StoreError`: `NotFound` where a merge has removed the file meanwhile. */
  async of(file: LogFile): Promise<number> {
    const known = this.known(file);
    if (known !== undefined) return known;
    const time = await this.ask(file);
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
    return (this.inside ? undefined : time) ?? this.asked.get(key);
  }

  private async ask(file: LogFile): Promise<number> {
    if (this.inside) {
      const time = await timeInside(this.store, file, this.call.signal);
      if (time !== null) return time;
      if (file.time !== undefined) return file.time;
    }
    return (await this.store.head(file.key, this.call)).time;
  }
}
