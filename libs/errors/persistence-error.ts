import { inspect } from 'node:util';
import { ERROR_CODES, type ErrorCode, type ErrorKind } from './error-codes';

export interface PersistenceErrorDetails {
  /** Overrides the default hint of the code where the place knows better. */
  readonly hint?: string;
  readonly cause?: unknown;
  /** The object of the store that the error is about. */
  readonly key?: string;
}

/**
 * The one error class of the library. `code` is stable and meant for programs, `message` and `hint` for people:
 * what happened, and what to do.
 */
export class PersistenceError extends Error {
  override readonly name = 'PersistenceError';
  readonly kind: ErrorKind;
  readonly hint: string;
  readonly key: string | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: PersistenceErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.kind = ERROR_CODES[code].kind;
    this.hint = details.hint ?? ERROR_CODES[code].hint;
    this.key = details.key;
  }

  /** One line for a log: code, message and hint. */
  override toString(): string {
    return `${this.code}: ${this.message} ${this.hint}`;
  }

  /** Plain data that survives a thread boundary; `fromJSON` is its inverse. The cause is reduced to its text. */
  toJSON(): PersistenceErrorData {
    return {
      code: this.code,
      message: this.message,
      hint: this.hint,
      ...(this.key === undefined ? {} : { key: this.key }),
      ...(this.cause === undefined ? {} : { cause: textOf(this.cause) }),
    };
  }

  static fromJSON(data: PersistenceErrorData): PersistenceError {
    const { code, message, ...details } = data;
    return new PersistenceError(code, message, details);
  }
}

function textOf(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause);
}

export interface PersistenceErrorData {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly key?: string;
  readonly cause?: string;
}

export function isPersistenceError(
  error: unknown,
  ...codes: ErrorCode[]
): error is PersistenceError {
  return error instanceof PersistenceError && (codes.length === 0 || codes.includes(error.code));
}
