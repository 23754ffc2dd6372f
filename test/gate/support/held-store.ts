import { abortable, MemoryStore } from '../../../libs/storage';

/** A store in memory that keeps everybody who writes waiting, for as long as it is held. */
export class HeldStore extends MemoryStore {
  /** Writes that have come and wait. */
  pending = 0;
  #release: (() => void) | undefined;
  #held: Promise<void> | undefined;

  hold(): void {
    this.#held ??= new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.#release?.();
    this.#held = undefined;
  }

  override async put(...call: Parameters<MemoryStore['put']>) {
    if (this.#held !== undefined) {
      this.pending++;
      try {
        await abortable(this.#held, call[2].signal);
      } finally {
        this.pending--;
      }
    }
    return super.put(...call);
  }
}
