const LONGEST_PAUSE_MS = 50;

/** Worth another try: another connection holds a lock. SQLITE_BUSY_SNAPSHOT is not, its transaction has read what is no longer so. */
export function isBusy(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^SQLITE_BUSY(?!_SNAPSHOT)/.test(code);
}

/** Tries until nobody else holds the lock, with pauses in which the event loop is free; after `timeoutMs` SQLite's error stands. */
export async function retryWhileBusy<T>(timeoutMs: number, work: () => T): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() + pauseMs > deadline) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
