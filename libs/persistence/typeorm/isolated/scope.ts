import { AsyncLocalStorage } from 'node:async_hooks';
import type { Frame } from './frame';

/**
 * The async context of one call that may open a transaction: `transaction()`, `save()`, `runMigrations()`. What runs
 * inside the call, however deep, finds the scope, and through it the transaction.
 */
export class Scope {
  /** What the call opened; undefined before that, and where it joined what was open. */
  frame?: Frame;
  /** The call has returned. What it started and did not wait for (timers, queues) lives on, but outside. */
  finished = false;
  /** For what follows the end of a transaction, of those who are told of it: they may still use its query runner. */
  aftermath = false;
  readonly parent: Scope | undefined;

  constructor(
    /** Whose transaction: that of this DataSource, one app may have several. */
    readonly of: object,
    /** What the next begin in this scope is; undefined: one by hand. */
    readonly adopts?: 'callback' | 'implicit',
    /** A query runner was made for this call alone. */
    readonly ownsRunner = false,
  ) {
    this.parent = liveScope();
  }

  /** What still runs in it belongs nowhere: its own level was rolled back, and the one around is open. */
  get strayed(): boolean {
    return (
      this.finished && this.frame?.rolledBack === true && this.frame.outermost.state === 'open'
    );
  }
}

const contexts = new AsyncLocalStorage<Scope>();

/**
 * The innermost scope around the caller that still counts. Leaving out those that have returned lets code that was started
 * in a transaction live on outside it, and keeps the chain short for code that starts itself again and again.
 */
export function liveScope(): Scope | undefined {
  let scope = contexts.getStore();
  while (scope !== undefined && scope.finished && !scope.strayed) scope = scope.parent;
  return scope;
}

/** Whether the caller was called to be told of the end of a transaction. */
export function inAftermath(innermost: Scope | undefined): boolean {
  let scope = innermost;
  while (scope !== undefined && !scope.aftermath) scope = scope.parent;
  return scope !== undefined;
}

/** What is run in it is outside of the transactions of the DataSource that are over. */
export function aftermathOf(dataSource: object): Scope {
  const scope = new Scope(dataSource);
  scope.aftermath = true;
  return scope;
}

/** Runs `work` in `scope`, which is finished when that settles. */
export async function runInScope<T>(scope: Scope, work: () => Promise<T>): Promise<T> {
  try {
    return await contexts.run(scope, work);
  } finally {
    scope.finished = true;
  }
}

/** Runs `work` as seen from inside `scope`. */
export function runAsPartOf<T>(scope: Scope, work: () => T): T {
  return contexts.run(scope, work);
}
