import type { Durability } from '../module/persistence-options';
import type { OpenTransaction } from './open-transaction';

/** What the gate asks of a database: the part of a `DatabaseLife` that it uses. */
export interface DurableDatabase {
  readonly settings: {
    readonly durability: Durability;
    readonly confirmTimeoutMs: number;
    readonly shutdownTimeoutMs: number;
  };
  /** Without a replica there is nothing to wait for. */
  readonly replicated: boolean;
  readonly connections: { transactionAround(): OpenTransaction | undefined };
  /** Resolves when everything committed before the call is stored. */
  flush(): Promise<unknown>;
  /** Takes folders of the host out of a text. */
  redact(text: string): string;
}

const NONE: readonly OpenTransaction[] = [];

/** The open transactions that the caller is in, or that its request has begun by hand. */
export function transactionsAround(
  databases: readonly DurableDatabase[],
): readonly OpenTransaction[] {
  let found = NONE;
  for (const { connections } of databases) {
    const transaction = connections.transactionAround();
    if (transaction !== undefined) found = [...found, transaction];
  }
  return found;
}
