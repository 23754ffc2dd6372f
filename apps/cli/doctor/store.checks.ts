import { randomBytes } from 'node:crypto';
import {
  formatDuration,
  type ObjectStore,
  type OutsideView,
  probeConditions,
  surveyReplica,
  systemClock,
} from '../access';
import { type Check, checked, fail, ok, warn } from './check';

const ROUNDS = 5;
const BODY = Buffer.alloc(1_024, 1);
const SLOW_MS = 1_000;
/** Of the clocks of two honest hosts. */
const SKEW_MAX_MS = 60_000;

/** Every check of a store that is open; leaves nothing behind. Stops where the first of them fails. */
export async function checkStore({ access, place, because }: OutsideView): Promise<Check[]> {
  const store = access.replica;
  const reached = await checked('store', async () => {
    const { head, problem } = await surveyReplica({ store, clock: systemClock });
    const where = `${place} (${because})`;
    if (problem)
      return fail('store', `${where}: ${problem.code}: ${problem.message}`, problem.hint);
    return ok('store', `${where}: ${head ? `TXID ${head.txid}` : 'nothing stored yet'}`);
  });
  const key = `probe/doctor-${randomBytes(8).toString('hex')}`;
  let checks: Check[];
  try {
    checks = await measure(store, key);
  } finally {
    // Whatever kept it from being written keeps it from being deleted.
    await store.deleteMany([key]).catch(() => undefined);
  }
  const failed = checks.some(({ state }) => state === 'fail');
  return [reached, ...checks, ...(failed ? [] : [await checkConditions(store)])];
}

async function measure(store: ObjectStore, key: string): Promise<Check[]> {
  let skew: Check = ok('clock', 'the store does not tell its time');
  const latency = await checked('latency', async () => {
    const puts: number[] = [];
    const gets: number[] = [];
    const heads: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const before = systemClock.now();
      puts.push(await timed(() => store.put(key, BODY, { mode: 'overwrite' })));
      const after = systemClock.now();
      gets.push(await timed(() => readWhole(store, key)));
      heads.push(
        await timed(async () => {
          const { written } = await store.head(key);
          if (written !== undefined) skew = skewCheck(written - (before + after) / 2);
        }),
      );
    }
    const median = (times: number[]): number => times.toSorted((a, b) => a - b)[times.length >> 1]!;
    const message = `PUT ${formatDuration(median(puts))}, GET ${formatDuration(median(gets))}, HEAD ${formatDuration(median(heads))} (median of ${ROUNDS}, 1 KB)`;
    return median(puts) > SLOW_MS
      ? warn(
          'latency',
          message,
          'A flush() takes about one PUT: use a store in the region of the app.',
        )
      : ok('latency', message);
  });
  return latency.state === 'fail' ? [latency] : [latency, skew];
}

function skewCheck(ahead: number): Check {
  const message = `the store's clock is ${formatDuration(Math.abs(ahead))} ${ahead < 0 ? 'behind' : 'ahead of'} this one`;
  return Math.abs(ahead) > SKEW_MAX_MS
    ? warn('clock', message, 'Set the clock of this host (NTP): restore to a moment goes by it.')
    : ok('clock', message);
}

/** Eight writers race for one object, several times. */
function checkConditions(store: ObjectStore): Promise<Check> {
  return checked('conditions', async () => {
    if (!store.capabilities.conditionalCreate) {
      return fail(
        'conditions',
        'this store cannot create an object only if it is absent',
        "Use another store, or a folder on a file system with hard links; ownership: 'trusted' if never more than one instance runs.",
      );
    }
    await probeConditions(store, {
      clock: systemClock,
      random: () => randomBytes(8).toString('hex'),
    });
    return ok('conditions', 'of several writers that race for an object exactly one wins');
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

async function readWhole(store: ObjectStore, key: string): Promise<number> {
  let length = 0;
  const { body } = await store.get(key);
  for await (const chunk of body) length += chunk.length;
  return length;
}
