import { AsyncLocalStorage } from 'node:async_hooks';
import { Scope } from './frame';

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

/** A scope inside that of the caller; its parameters are those of `Scope`. */
export function newScope(
  dataSource: object,
  adopts?: 'callback' | 'implicit',
  ownsRunner = false,
): Scope {
  return new Scope(liveScope(), dataSource, adopts, ownsRunner);
}

/** Whether the caller was called to be told of the end of a transaction. */
export function inAftermath(innermost: Scope | undefined): boolean {
  let scope = innermost;
  while (scope !== undefined && !scope.aftermath) scope = scope.parent;
  return scope !== undefined;
}

/** What is run in it is outside of the transactions of the DataSource that are over. */
export function aftermathOf(dataSource: object): Scope {
  const scope = newScope(dataSource);
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
