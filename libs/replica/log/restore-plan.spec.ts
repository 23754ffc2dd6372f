import * as fc from 'fast-check';
import type { PersistenceError } from '../../errors';
import type { Inventory, LogFile } from './inventory';
import { logKey } from './log-keys';
import {
  FUTURE_TOLERANCE_MS,
  newestGoodTxid,
  planRestore,
  type RestoreTarget,
} from './restore-plan';

const T0 = 1_700_000_000_000;
/** One transaction a second: TXID n was written at T0 + n seconds. */
const timeOf = (txid: number): number => T0 + txid * 1000;
const NOW = timeOf(100_000);

const file = (
  level: number,
  minTxid: number,
  maxTxid: number,
  time = timeOf(maxTxid),
): LogFile => ({
  level,
  minTxid,
  maxTxid,
  size: 200,
  time,
  key: logKey(level, minTxid, maxTxid),
});
const entries = (from: number, to: number): LogFile[] =>
  Array.from({ length: to - from + 1 }, (_, n) => file(0, from + n, from + n));
const log = (...files: LogFile[]): Inventory => ({ files });

const plan = (inventory: Inventory, target: RestoreTarget = { kind: 'latest' }, now = NOW) =>
  planRestore(inventory, target, now);
const spans = (inventory: Inventory, target?: RestoreTarget) =>
  plan(inventory, target).files.map(
    ({ level, minTxid, maxTxid }) => `L${level} ${minTxid}-${maxTxid}`,
  );

function refusal(inventory: Inventory, target?: RestoreTarget, now?: number): PersistenceError {
  try {
    plan(inventory, target, now);
  } catch (error) {
    return error as PersistenceError;
  }
  throw new Error('It was planned.');
}

describe('A restore plan', () => {
  it('begins with the snapshot that reaches furthest and goes on with what reaches furthest', () => {
    const inventory = log(
      ...entries(1, 12),
      file(1, 1, 4),
      file(1, 5, 8),
      file(1, 9, 11),
      file(9, 1, 8),
    );
    expect(spans(inventory)).toEqual(['L9 1-8', 'L1 9-11', 'L0 12-12']);
  });

  it('takes the merged file of two that reach equally far', () => {
    expect(spans(log(...entries(1, 4), file(1, 1, 2), file(2, 1, 2), file(1, 3, 4)))).toEqual([
      'L2 1-2',
      'L1 3-4',
    ]);
  });

  it('may take a file that overlaps the one before', () => {
    expect(spans(log(file(9, 1, 6), file(1, 4, 9)))).toEqual(['L9 1-6', 'L1 4-9']);
  });

  it('ends exactly at the TXID asked for', () => {
    const inventory = log(...entries(1, 9), file(1, 1, 4), file(1, 5, 8));
    expect(spans(inventory, { kind: 'txid', txid: 6 })).toEqual(['L1 1-4', 'L0 5-5', 'L0 6-6']);
  });

  it('holds nothing from the moment asked for, or after it', () => {
    const inventory = log(...entries(1, 9));
    expect(plan(inventory, { kind: 'time', time: timeOf(5) }).txid).toBe(4);
    expect(plan(inventory, { kind: 'time', time: timeOf(5) + 1 }).txid).toBe(5);
  });

  it('steps back to the end of a merged file where single entries are gone', () => {
    const inventory = log(file(1, 1, 4), file(1, 5, 8), file(0, 8, 8), file(0, 9, 9));
    expect(plan(inventory, { kind: 'time', time: timeOf(7) }).txid).toBe(4);
  });

  it('is not confused by a claim that was kept when the entries around it were merged', () => {
    const inventory = log(file(1, 1, 4), file(0, 6, 6), file(1, 5, 8), file(0, 9, 9));
    expect(plan(inventory, { kind: 'time', time: timeOf(7) }).txid).toBe(4);
    expect(plan(inventory).txid).toBe(9);
  });

  it('refuses a gap for every kind of target, and names the object and the good point', () => {
    const inventory = log(...entries(1, 3), ...entries(5, 6));
    const targets: RestoreTarget[] = [
      { kind: 'latest' },
      { kind: 'txid', txid: 6 },
      { kind: 'time', time: timeOf(7) },
    ];
    for (const target of targets) {
      expect(refusal(inventory, target)).toMatchObject({
        code: 'REPLICA_GAP',
        key: logKey(0, 5, 5),
        message: expect.stringContaining('TXID 3'),
      });
    }
    // Also where the missing one, not the one behind it, would have been wanted.
    const before = { kind: 'time', time: timeOf(5) } as const;
    expect(refusal(inventory, before)).toMatchObject({ code: 'REPLICA_GAP' });
    expect(newestGoodTxid(inventory)).toBe(3);
    expect(plan(inventory, { kind: 'txid', txid: 3 }).txid).toBe(3);
    expect(plan(inventory, { kind: 'time', time: timeOf(3) }).txid).toBe(2);
    expect(plan(inventory, { kind: 'txid', txid: 2 }).txid).toBe(2);
  });

  it('refuses a history without a beginning', () => {
    expect(refusal(log(...entries(2, 5)))).toMatchObject({ code: 'REPLICA_GAP' });
  });

  it('refuses a file dated ahead, whatever is asked for', () => {
    const inventory = log(...entries(1, 5), file(0, 6, 6, NOW + FUTURE_TOLERANCE_MS + 1));
    const targets: RestoreTarget[] = [
      { kind: 'latest' },
      { kind: 'txid', txid: 2 },
      { kind: 'time', time: timeOf(3) },
    ];
    for (const target of targets) {
      expect(refusal(inventory, target)).toMatchObject({
        code: 'REPLICA_FUTURE_DATED',
        key: logKey(0, 6, 6),
      });
    }
  });

  it('refuses a file that is dated after the one that continues it', () => {
    const inventory = log(...entries(1, 5), file(0, 6, 6, timeOf(20)), file(0, 7, 7));
    expect(refusal(inventory, { kind: 'time', time: timeOf(8) })).toMatchObject({
      code: 'REPLICA_FUTURE_DATED',
      key: logKey(0, 6, 6),
    });
  });

  it('refuses what is no restore point and says which ones are near', () => {
    const inventory = log(file(9, 1, 4), file(1, 5, 8), file(0, 9, 9));
    expect(refusal(log())).toMatchObject({ code: 'RESTORE_POINT_UNKNOWN' });
    expect(refusal(inventory, { kind: 'txid', txid: 6 })).toMatchObject({
      code: 'RESTORE_POINT_UNKNOWN',
      hint: expect.stringContaining('TXID 4 or 8'),
    });
    expect(refusal(inventory, { kind: 'txid', txid: 10 }).message).toContain('ends at TXID 9');
    expect(refusal(inventory, { kind: 'time', time: timeOf(4) })).toMatchObject({
      code: 'RESTORE_POINT_UNKNOWN',
      hint: expect.stringContaining('TXID 4'),
    });
  });

  it('needs the times only for a target in time', () => {
    const undated: LogFile = { level: 0, minTxid: 1, maxTxid: 1, size: 200, key: logKey(0, 1, 1) };
    expect(plan(log(undated)).txid).toBe(1);
    expect(refusal(log(undated), { kind: 'time', time: NOW })).toMatchObject({ code: 'INTERNAL' });
  });
});

describe('Whatever was merged and removed', () => {
  const anyFile = fc
    .record({
      level: fc.constantFrom(0, 1, 2, 3, 9),
      from: fc.integer({ min: 1, max: 12 }),
      length: fc.nat({ max: 6 }),
    })
    .map(({ level, from, length }) => {
      const min = level === 9 ? 1 : from;
      return file(level, min, level === 0 ? min : min + length);
    });
  const anyInventory = fc
    .uniqueArray(anyFile, { selector: (it) => it.key, minLength: 1, maxLength: 14 })
    .map((files) => log(...files));
  const anyTarget: fc.Arbitrary<RestoreTarget> = fc.oneof(
    fc.constant<RestoreTarget>({ kind: 'latest' }),
    fc.integer({ min: 1, max: 20 }).map((txid): RestoreTarget => ({ kind: 'txid', txid })),
    fc
      .integer({ min: 0, max: 21 })
      .map((txid): RestoreTarget => ({ kind: 'time', time: timeOf(txid) })),
  );

  /** The definition, by brute force: the states that any sequence of these files gives. */
  function reachable(files: readonly LogFile[]): Set<number> {
    const ends = new Set<number>([0]);
    for (let grew = true; grew;) {
      grew = false;
      for (const { minTxid, maxTxid } of files) {
        const follows = [...ends].some((end) => minTxid <= end + 1 && maxTxid > end);
        if (!follows || ends.has(maxTxid)) continue;
        ends.add(maxTxid);
        grew = true;
      }
    }
    return ends;
  }

  it('a plan is a chain to the furthest state within its target, and a refusal has a reason', () => {
    fc.assert(
      fc.property(anyInventory, anyTarget, (inventory, target) => {
        const wanted = inventory.files.filter((it) => {
          if (target.kind === 'txid') return it.maxTxid <= target.txid;
          return target.kind === 'latest' || it.time! < target.time;
        });
        const furthest = Math.max(...reachable(wanted));
        const head = Math.max(...inventory.files.map(({ maxTxid }) => maxTxid));
        let made;
        try {
          made = plan(inventory, target);
        } catch (error) {
          const { code } = error as PersistenceError;
          expect(['REPLICA_GAP', 'RESTORE_POINT_UNKNOWN']).toContain(code);
          if (target.kind === 'latest') expect(furthest).toBeLessThan(head);
          if (target.kind === 'txid') expect(furthest).not.toBe(target.txid);
          if (code === 'REPLICA_GAP') expect(reachable(inventory.files).has(head)).toBe(false);
          return;
        }
        expect(made.txid).toBe(furthest);
        let current = 0;
        for (const { minTxid, maxTxid, key } of made.files) {
          expect(wanted.some((it) => it.key === key)).toBe(true);
          expect(minTxid <= current + 1 && maxTxid > current).toBe(true);
          current = maxTxid;
        }
        expect(current).toBe(made.txid);
        if (target.kind === 'latest') expect(made.txid).toBe(head);
        if (target.kind === 'txid') expect(made.txid).toBe(target.txid);
      }),
      { numRuns: 2000 },
    );
  });
});
