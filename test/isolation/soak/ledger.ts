import { BusinessError } from '../cases/isolation-case';

/** Statements behind the end of their transaction must be refused with one of these. */
const TOO_LATE: readonly string[] = [
  'TRANSACTION_LOST',
  'QueryRunnerAlreadyReleasedError',
  'QueryRunnerProviderAlreadyReleasedError',
];

/** What the programs of a round were told. */
export class Ledger {
  /** Texts of the rows that somebody was told are in. */
  readonly acknowledged = new Set<string>();
  /** Rows that were acknowledged and not found by whoever looked next. */
  unread = 0;
  /** Statements that came behind the end of their transaction, and were refused. */
  late = 0;
  /** Errors that nobody should have seen, by code and the beginning of the message. */
  readonly unexpected = new Map<string, number>();

  /** A failure: of the app itself, of a late statement, or one that should not have been. */
  failed(error: unknown): void {
    if (error instanceof BusinessError) return;
    const { code, name, message } = error as { code?: string; name: string; message: string };
    const kind = code ?? name;
    if (TOO_LATE.includes(kind)) this.late += 1;
    else this.surprise(`${kind}: ${message.slice(0, MESSAGE_MAX)}`);
  }

  surprise(what: string): void {
    this.unexpected.set(what, (this.unexpected.get(what) ?? 0) + 1);
  }
}

const MESSAGE_MAX = 80;
