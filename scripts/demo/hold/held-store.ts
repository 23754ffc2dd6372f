import type { ObjectStore } from 'nestjs-persistence';
import { MemoryStore } from '../../../libs/storage';

type Put = ObjectStore['put'];

/** A store whose writes can be made to wait, as those to a service that has stopped answering. Reads are answered. */
export class HeldStore implements ObjectStore {
  private readonly store = new MemoryStore();
  private readonly waiting = new Set<() => void>();
  private held = false;

  readonly capabilities = this.store.capabilities;
  readonly get: ObjectStore['get'] = (...call) => this.store.get(...call);
  readonly head: ObjectStore['head'] = (...call) => this.store.head(...call);
  readonly list: ObjectStore['list'] = (...call) => this.store.list(...call);
  readonly deleteMany: ObjectStore['deleteMany'] = (...call) => this.store.deleteMany(...call);

  async put(...call: Parameters<Put>): ReturnType<Put> {
    if (this.held) await new Promise<void>((resolve) => this.waiting.add(resolve));
    return this.store.put(...call);
  }

  /** Writes that wait right now. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  hold(): void {
    this.held = true;
  }

  release(): void {
    this.held = false;
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }
}
