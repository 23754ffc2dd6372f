import { AsyncLocalStorage } from 'node:async_hooks';
import { Scope } from './frame';

const contexts = new AsyncLocalStorage<Scope>();
/** Following contexts is ended only when nobody has needed them for a moment like this (ms). */
const LINGER_MS = 100;
/** Who needs the contexts now. */
let users = 0;
let ending: NodeJS.Timeout | undefined;

/**
 * From here on contexts are followed, until `releaseContexts()`. Before Node 24 that costs up to a quarter of the time of
 * whatever the process does with promises, so it is not done while nobody is in a transaction; but to begin and end it for
 * each one would cost more.
 */
export function keepContexts(): void {
  users++;
}

/** Behind the last of those who kept them nothing is in any scope any more. */
export function releaseContexts(): void {
  users--;
  if (users > 0 || ending !== undefined) return;
  ending = setTimeout(() => {
    ending = undefined;
    if (users === 0) contexts.disable();
  }, LINGER_MS).unref();
}

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
  keepContexts();
  try {
    return await contexts.run(scope, work);
  } finally {
    scope.finished = true;
    releaseContexts();
  }
}

/** Runs `work` as seen from inside `scope`, whose contexts somebody keeps. */
export function runAsPartOf<T>(scope: Scope, work: () => T): T {
  return contexts.run(scope, work);
}
