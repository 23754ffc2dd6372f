type Drain = () => Promise<unknown>;

/** Of every app in the process; one listener for all of them. */
const drains = new Set<Drain>();

/**
 * Has `drain` done when the process has nothing left to do, and lets it end by itself behind that. That is where an app
 * arrives whose start failed, and a script that never closes its app: the database is released and stored as by a close.
 * Returns what takes it back.
 */
export function drainBeforeExit(drain: Drain): () => void {
  if (drains.size === 0) process.on('beforeExit', drainAll);
  drains.add(drain);
  return () => {
    drains.delete(drain);
    if (drains.size === 0) process.removeListener('beforeExit', drainAll);
  };
}

/** Node raises the event again when what was begun here is done; by then there is nothing left to drain. */
function drainAll(): void {
  const all = [...drains];
  drains.clear();
  process.removeListener('beforeExit', drainAll);
  for (const drain of all) void drain();
}
