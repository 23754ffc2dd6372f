import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createSqliteEngine } from '../../libs/engine';
import { isPersistenceError, type PersistenceError } from '../../libs/errors';
import { restoreToFile } from '../../libs/replica';
import type { MemoryStore } from '../../libs/storage';
import { Life, realClock } from '../compat/life';
import { rowHash, rowHashOfFile } from '../compat/row-hash';
import { TOLD_BY_ANOTHER, type Case, type Damage } from './damage';
import { readObjects, storeOf, type Objects, type SampleReplica } from './sample-replica';

/**
 * - `exact`: the newest state.
 * - `stopped`: refused with a code, nothing changed.
 * - `older`: an older state, exactly, without a word.
 * - `wrong`: anything else.
 */
export type Verdict = 'exact' | 'stopped' | 'older' | 'wrong';

export interface Finding {
  readonly damage: Damage;
  readonly verdict: Verdict;
  readonly code?: string;
  /** The newest good point that the error names; null where it names none. */
  readonly point?: number | null;
  /** Whatever is not as promised; empty if all is well. */
  readonly complaints: readonly string[];
  /** What is wrong with the point that the error names; empty if it can be had and is right. */
  readonly advice: readonly string[];
}

/** Starts on an empty disk from the damaged store, and looks at what comes of it. */
export async function examine({ damage, sample }: Case): Promise<Finding> {
  const objects = new Map(sample.objects);
  damage.apply(objects);
  const store = await storeOf(objects);
  const root = mkdtempSync(join(tmpdir(), 'corruption-'));
  const database = join(root, 'disk', 'app.db');
  try {
    const life = await Life.start({ database, store });
    const verdict = judge(rowHash(life.app), sample);
    await life.vanish();
    return { damage, verdict, complaints: [], advice: [] };
  } catch (error) {
    if (!isPersistenceError(error)) throw error;
    const { code } = error;
    const complaints = [
      ...(await changes(store, objects, dirname(database))),
      ...(namesObject(error, damage) ? [] : [`${damage.key} is not named: ${error.message}`]),
      ...(error.hint === '' ? ['no hint'] : []),
    ];
    const advice = await checkPoint(error, { damage, sample }, store, root);
    return { damage, verdict: 'stopped', code, point: pointIn(error), complaints, advice };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function judge(found: string, { states, head }: SampleReplica): Verdict {
  if (found === states.get(head)) return 'exact';
  return [...states.values()].includes(found) ? 'older' : 'wrong';
}

/** What is missing is told by the object behind it; of two intact ones that do not fit, either may be the wrong one. */
const namesObject = ({ key = '', message }: PersistenceError, damage: Damage): boolean =>
  `${key} ${message}`.includes(damage.key) ||
  (key.startsWith('ltx/0/') && TOLD_BY_ANOTHER.has(damage.group));

/** A start that is refused leaves store and disk as they were. */
async function changes(store: MemoryStore, before: Objects, disk: string): Promise<string[]> {
  const after = await readObjects(store);
  const sameStore =
    after.size === before.size &&
    [...before].every(([key, { bytes }]) => after.get(key)?.bytes.equals(bytes));
  const remains = readdirSync(disk).filter((name) => !name.startsWith('app.db.lock'));
  return [
    ...(sameStore ? [] : ['the store was changed']),
    ...(remains.length === 0 ? [] : [`left behind on disk: ${remains.join(', ')}`]),
  ];
}

function pointIn({ message, hint }: PersistenceError): number | null {
  const match = /newest good point[^.]*? TXID (\d+)/.exec(`${message} ${hint}`);
  return match ? Number(match[1]) : null;
}

/** Many damages of one file lead to the same advice, which is followed once. */
const followed = new Map<string, Promise<string[]>>();

function checkPoint(
  error: PersistenceError,
  { damage, sample }: Case,
  store: MemoryStore,
  root: string,
): Promise<string[]> {
  const point = pointIn(error);
  if (point === null) return Promise.resolve([]);
  const advice = [damage.group, damage.key, sample.head, point, error.code].join();
  const known = followed.get(advice) ?? follow(point, sample, store, root);
  followed.set(advice, known);
  return known;
}

/** The point that is named can be had, and holds what was there at that TXID. */
async function follow(
  txid: number,
  { states }: SampleReplica,
  store: MemoryStore,
  root: string,
): Promise<string[]> {
  const path = join(root, 'rescued.db');
  try {
    await restoreToFile({ store, engine: createSqliteEngine({ path }), clock: realClock, txid });
    return rowHashOfFile(path) === states.get(txid) ? [] : [`TXID ${txid} is not what it was`];
  } catch (failure) {
    return [`TXID ${txid} cannot be restored: ${String(failure)}`];
  }
}
