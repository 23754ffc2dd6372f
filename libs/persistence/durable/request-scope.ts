import { AsyncLocalStorage } from 'node:async_hooks';

const requests = new AsyncLocalStorage<object>();

/** The HTTP request that the calling async context belongs to, as an object of its own; undefined outside of any. */
export function currentRequest(): object | undefined {
  return requests.getStore();
}

/** Runs what handles `request` so that all it does knows that. */
export function runInRequest<T>(request: object, work: () => T): T {
  return requests.run(request, work);
}
