import { AsyncLocalStorage } from 'node:async_hooks';
import type { DataSource, EntityManager } from 'typeorm';
import type { OpenTransaction } from '../../../libs/persistence/durable/open-transaction';

interface Frame extends OpenTransaction {
  open: boolean;
}

/** Which callers are inside a transaction of a DataSource that cannot tell itself. */
export class TransactionContext {
  readonly #frames = new AsyncLocalStorage<Frame>();

  current(): OpenTransaction | undefined {
    const frame = this.#frames.getStore();
    return frame?.open === true ? frame : undefined;
  }

  async run<T>(source: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    let end: (committed: boolean) => void = () => undefined;
    const frame: Frame = { open: true, ended: new Promise((resolve) => (end = resolve)) };
    const ended = (committed: boolean) => {
      frame.open = false;
      end(committed);
    };
    try {
      const result = await this.#frames.run(frame, () => source.transaction(work));
      ended(true);
      return result;
    } catch (error) {
      ended(false);
      throw error;
    }
  }
}
