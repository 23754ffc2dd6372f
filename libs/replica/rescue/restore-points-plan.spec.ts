import * as fc from 'fast-check';
import type { LogFile } from '../log/inventory';
import { logKey } from '../log/log-keys';
import { planRestore } from '../log/restore-plan';
import { doubtsIn, restorableFiles } from './restore-points-plan';

const file = (level: number, minTxid: number, maxTxid: number): LogFile => ({
  level,
  minTxid,
  maxTxid,
  size: 200,
  key: logKey(level, minTxid, maxTxid),
});

function canBeRestored(files: readonly LogFile[], txid: number): boolean {
  try {
    planRestore({ files }, { kind: 'txid', txid }, Infinity);
    return true;
  } catch {
    return false;
  }
}

describe('Restore points', () => {
  it('are exactly the TXIDs that a plan leads to, whatever files there are', () => {
    const some = fc
      .tuple(
        fc.constantFrom(0, 1, 2, 9),
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 0, max: 6 }),
      )
      .map(([level, min, more]) =>
        level === 0 ? file(0, min, min) : file(level, level === 9 ? 1 : min, min + more),
      );
    fc.assert(
      fc.property(fc.array(some, { maxLength: 14 }), (files) => {
        const points = restorableFiles({ files }).map(({ maxTxid }) => maxTxid);
        const wanted = Array.from({ length: 25 }, (_, n) => n + 1);
        expect(points).toEqual(wanted.filter((txid) => canBeRestored(files, txid)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('name the least merged file of several that end in the same state', () => {
    const files = [file(0, 1, 1), file(0, 2, 2), file(1, 1, 2), file(9, 1, 2)];
    expect(restorableFiles({ files }).map(({ level }) => level)).toEqual([0, 0]);
  });

  it('are doubtful where a single entry is covered and stands at an edge of those that are left', () => {
    const files = [
      file(1, 1, 8),
      file(0, 3, 3),
      file(0, 6, 6),
      file(0, 7, 7),
      file(0, 8, 8),
      file(0, 9, 9),
    ];
    const isDoubtful = doubtsIn({ files });
    expect(files.filter(isDoubtful).map(({ key }) => key)).toEqual([
      logKey(0, 3, 3),
      logKey(0, 6, 6),
    ]);
  });
});
