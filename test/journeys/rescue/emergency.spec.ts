import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSqliteEngine } from '../../../libs/engine';
import { isPersistenceError } from '../../../libs/errors';
import { emergencyRestore, type EmergencyResult, restoreToFile } from '../../../libs/replica';
import type { MemoryStore } from '../../../libs/storage';
import { realClock } from '../../compat/life';
import { rowHashOfFile } from '../../compat/row-hash';
import { casesOf, type Case } from '../../corruption/damage';
import {
  makeSample,
  type Objects,
  type SampleReplica,
  storeOf,
} from '../../corruption/sample-replica';
import { makePlaces } from '../../replica/places';

/** Flipped bits are many of a kind; of everything else each case counts. */
const EVERY_FLIP = 12;
const AT_ONCE = 3;

async function sampleOf(seed: string): Promise<SampleReplica> {
  const places = makePlaces();
  try {
    return await makeSample(places, seed);
  } finally {
    places.remove();
  }
}

const isFlip = ({ damage }: Case): boolean => damage.group.startsWith('one bit');

function someOf(cases: readonly Case[]): Case[] {
  const flips = cases.filter(isFlip);
  return [...cases.filter((it) => !isFlip(it)), ...flips.filter((_, n) => n % EVERY_FLIP === 0)];
}

/** Highest TXID that is listed, by the names alone. */
const listed = (objects: Objects): number[] =>
  [...objects.keys()].flatMap((key) => {
    const end = /^ltx\/\d\/[0-9a-f]{16}-([0-9a-f]{16})\.ltx$/.exec(key)?.[1];
    return end === undefined ? [] : [Number.parseInt(end, 16)];
  });

/** What is not as promised; empty if all is well. */
async function complaints({ damage, sample }: Case): Promise<string[]> {
  const objects = new Map(sample.objects);
  damage.apply(objects);
  const store = await storeOf(objects);
  const root = mkdtempSync(join(tmpdir(), 'emergency-'));
  const path = join(root, 'rescued.db');
  try {
    const found = await emergencyRestore({
      store,
      engine: createSqliteEngine({ path }),
      clock: realClock,
    });
    return [
      ...untrue(found, path, sample, objects),
      ...(await notNewest(found, store, root, objects)),
    ];
  } catch (error) {
    if (!isPersistenceError(error)) throw error;
    const isFirst = /ltx\/\d\/0000000000000001-/.test(damage.key);
    return isFirst && error.code === 'REPLICA_CORRUPT' ? [] : [String(error)];
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function untrue(
  { txid, lost }: EmergencyResult,
  path: string,
  { states }: SampleReplica,
  objects: Objects,
): string[] {
  const behind = listed(objects).filter((end) => end > txid);
  const expected =
    behind.length === 0
      ? null
      : { fromTxid: txid + 1, toTxid: Math.max(...behind), files: behind.length };
  return [
    ...(rowHashOfFile(path) === states.get(txid) ? [] : [`TXID ${txid} is not what it was`]),
    ...(JSON.stringify(lost) === JSON.stringify(expected) ? [] : [`lost: ${JSON.stringify(lost)}`]),
  ];
}

/** The state right behind it cannot be had. */
async function notNewest(
  { txid }: EmergencyResult,
  store: MemoryStore,
  root: string,
  objects: Objects,
): Promise<string[]> {
  if (!listed(objects).some((end) => end > txid)) return [];
  const engine = createSqliteEngine({ path: join(root, 'next.db') });
  try {
    await restoreToFile({ store, engine, clock: realClock, txid: txid + 1 });
    return [`TXID ${txid + 1} could have been restored`];
  } catch (error) {
    return isPersistenceError(error) ? [] : [String(error)];
  }
}

describe('An emergency restore from a replica damaged in one place', () => {
  it('gives the newest whole state, exactly, and says truly what is lost behind it', async () => {
    const cases = someOf(casesOf(await sampleOf('this'), await sampleOf('other')));
    const wrong: string[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let at = next++; at < cases.length; at = next++) {
        const { damage } = cases[at]!;
        for (const what of await complaints(cases[at]!))
          wrong.push(`${damage.group} | ${damage.label} | ${what}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    expect(wrong).toEqual([]);
    expect(cases.length).toBeGreaterThan(100);
  }, 300_000);
});
