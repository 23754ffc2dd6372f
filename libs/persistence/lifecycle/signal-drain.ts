const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type DrainSignal = (typeof SIGNALS)[number];

/** Tells our own listeners (several databases, several apps) from those of the app. */
const OURS = Symbol('nestjs-persistence drain');

type Listener = ((signal: DrainSignal) => void) & { [OURS]?: true };

/**
 * For an app that never called `enableShutdownHooks()`: at SIGTERM or SIGINT, `drain` is awaited and the signal raised
 * again, so that the process ends as it would have without us. A signal that somebody listens for, now or when it comes,
 * is left to them. Returns what takes the listeners away. (Windows has no SIGTERM.)
 */
export function drainOnSignals(drain: () => Promise<unknown>): () => void {
  const remove: (() => void)[] = [];
  for (const signal of SIGNALS) {
    if (foreignListeners(signal) > 0) continue;
    const listener: Listener = () => void drainAndRaise(signal, listener, drain);
    listener[OURS] = true;
    process.on(signal, listener);
    remove.push(() => process.removeListener(signal, listener));
  }
  return () => {
    for (const each of remove) each();
  };
}

async function drainAndRaise(
  signal: DrainSignal,
  listener: Listener,
  drain: () => Promise<unknown>,
): Promise<void> {
  // Hooks enabled after the start close the app, and closing it drains.
  if (foreignListeners(signal) > 0) return;
  try {
    await drain();
  } finally {
    process.removeListener(signal, listener);
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  }
}

function foreignListeners(signal: DrainSignal): number {
  return process.listeners(signal).filter((listener) => !(OURS in listener)).length;
}
