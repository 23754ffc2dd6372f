import { PersistenceError } from '../../errors';
import type { ObjectStore, PutMode } from '../../storage/object-store';
import { isStoreError, StoreError } from '../../storage/store-error';
import type { Clock } from '../clock';
import { storeFailure } from '../log/store-failure';
import { PROBE_PREFIX } from '../log/log-keys';

/** A sequential second create proves nothing, and one race lets half of the bad servers through. */
const ROUNDS = 5;
const RACERS = 8;
/** Rounds that decided nothing, because answers were missing, are run again; so many in all. */
const MAX_ROUNDS = 2 * ROUNDS;
/** Good servers stall for 12 s at times. */
const TIME_MS = 60_000;
const CLEANUP_MS = 10_000;
const BODY_MAX = 1024;

export interface ProbeOptions {
  readonly clock: Clock;
  /** Another text at every call, of letters and digits. */
  readonly random: () => string;
}

/**
 * Proves, with racing writers on fresh keys, that of those who create one object exactly one wins and the object is the
 * winner's, and the same of compare-and-swap where the store claims it. Its objects are deleted again, as far as that is
 * possible.
 *
 * Rejects with STORE_NOT_CONDITIONAL, saying what was seen; with the code of the store's failure (STORE_UNREACHABLE, ...)
 * where that kept it from a verdict. Ends within 70 s.
 */
export async function probeConditions(store: ObjectStore, options: ProbeOptions): Promise<void> {
  const run = `${PROBE_PREFIX}${options.random()}`;
  const keys: string[] = [];
  const limit = timeLimit(options.clock, TIME_MS, run);
  try {
    let decided = 0;
    for (let round = 0; decided < ROUNDS; round++) {
      if (round === MAX_ROUNDS) throw new StoreError('Unavailable', run, 'no race was decided');
      const key = `${run}-${round}`;
      keys.push(key);
      if (await decide(store, { key, signal: limit.signal, ...options })) decided++;
    }
  } catch (error) {
    throw verdict(error);
  } finally {
    limit.end();
    await cleanUp(store, keys, options.clock);
  }
}

interface Round extends ProbeOptions {
  readonly key: string;
  readonly signal: AbortSignal;
}

/** One round; false where the answers do not tell. Throws `NotConditional` with what was wrong. */
async function decide(store: ObjectStore, round: Round): Promise<boolean> {
  const created = await race(store, round, 'create');
  if (created === null || !store.capabilities.compareAndSwap) return created !== null;
  return (await race(store, round, { ifMatch: created })) !== null;
}

/** The tag of the winner's object, or null where the answers do not tell. */
async function race(store: ObjectStore, round: Round, mode: PutMode): Promise<string | null> {
  const { key, signal, random } = round;
  const bodies = Array.from({ length: RACERS }, (_, racer) => `${racer} ${random()}`);
  const outcomes = await Promise.all(
    bodies.map((body) => contend(store, key, Buffer.from(body), mode, signal)),
  );
  const who = mode === 'create' ? 'creators' : 'writers that named the same version';
  const winners = bodies.filter((_, racer) => outcomes[racer] === 'won');
  if (winners.length > 1) {
    throw new NotConditional(`${winners.length} of ${RACERS} ${who} were told they won`);
  }
  const stored = await read(store, key, signal);
  const [winner] = winners;
  if (winner !== undefined) {
    if (stored?.text === winner) return stored.tag;
    throw new NotConditional(`of ${RACERS} ${who} one was told it won, but the object is not its`);
  }
  // Nobody won, which is right where the winner's answer was lost on its way.
  if (stored && bodies.includes(stored.text)) return null;
  if (outcomes.includes('unclear')) return null;
  throw new NotConditional(`${RACERS} of ${RACERS} ${who} were refused`);
}

type Outcome = 'won' | 'lost' | 'unclear';

async function contend(
  store: ObjectStore,
  key: string,
  body: Uint8Array,
  mode: PutMode,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    await store.put(key, body, { mode, signal });
    return 'won';
  } catch (error) {
    if (isStoreError(error, mode === 'create' ? 'AlreadyExists' : 'PreconditionFailed'))
      return 'lost';
    if (!signal.aborted && isStoreError(error) && error.transient) return 'unclear';
    throw error;
  }
}

async function read(
  store: ObjectStore,
  key: string,
  signal: AbortSignal,
): Promise<{ readonly text: string; readonly tag: string } | null> {
  try {
    const object = await store.get(key, { range: { offset: 0, length: BODY_MAX }, signal });
    const chunks: Uint8Array[] = [];
    for await (const chunk of object.body) chunks.push(chunk);
    return { text: Buffer.concat(chunks).toString(), tag: object.tag };
  } catch (error) {
    if (isStoreError(error, 'NotFound')) return null;
    throw error;
  }
}

class NotConditional extends Error {}

function verdict(error: unknown): unknown {
  const failure = storeFailure(error, 'Trying the conditions of the store');
  const refused =
    isStoreError(error, 'Rejected') &&
    failure instanceof PersistenceError &&
    failure.code !== 'STORE_FULL';
  if (!refused && !(error instanceof NotConditional)) return failure;
  const seen = refused
    ? `it refuses conditional writes: ${error.message}`
    : (error as Error).message;
  return new PersistenceError(
    'STORE_NOT_CONDITIONAL',
    `The store does not keep the conditions of writes: ${seen}.`,
    { cause: refused ? error : undefined },
  );
}

/** What stays behind after a failure is a few bytes that nobody reads. */
async function cleanUp(store: ObjectStore, keys: readonly string[], clock: Clock): Promise<void> {
  const limit = timeLimit(clock, CLEANUP_MS, PROBE_PREFIX);
  await store.deleteMany(keys, { signal: limit.signal }).catch(() => undefined);
  limit.end();
}

function timeLimit(
  clock: Clock,
  ms: number,
  key: string,
): { readonly signal: AbortSignal; end(): void } {
  const passed = new AbortController();
  const ended = new AbortController();
  const late = new StoreError('Timeout', key, `not done within ${ms / 1000} s`);
  clock.sleep(ms, ended.signal).then(
    () => passed.abort(late),
    () => undefined,
  );
  return { signal: passed.signal, end: () => ended.abort() };
}
