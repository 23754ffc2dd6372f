import fc from 'fast-check';
import { datedKey, type DatedCopy, foreignKey, keysBeside, parseDatedKey } from './backup-keys';
import { planHistory } from './history-plan';

const HOUR_MS = 3_600_000;
const NOW = Date.UTC(2026, 10, 24, 12);

const copy = (hoursAgo: number, txid = 1): DatedCopy => {
  const time = NOW - hoursAgo * HOUR_MS;
  return { key: datedKey('app.db', time, txid), time, txid };
};
const keep = (backupKeepCount: number, hours: number) => ({
  backupKeepCount,
  backupKeepMs: hours * HOUR_MS,
});

describe('dated copies', () => {
  it('are made once in each part of the time they are kept for', () => {
    expect(planHistory([], NOW, keep(7, 168)).due).toBe(true);
    expect(planHistory([copy(23.9)], NOW, keep(7, 168)).due).toBe(false);
    expect(planHistory([copy(24)], NOW, keep(7, 168)).due).toBe(true);
  });

  it('go by age and by count, the oldest first', () => {
    const copies = [copy(1), copy(30), copy(60), copy(200)];
    expect(planHistory(copies, NOW, keep(7, 168)).remove).toEqual([copy(200).key]);
    expect(planHistory(copies, NOW, keep(2, 168)).remove).toEqual([copy(60).key, copy(200).key]);
  });

  it('are neither made nor touched where none are wanted', () => {
    for (const none of [keep(0, 168), keep(7, 0)]) {
      expect(planHistory([copy(999)], NOW, none)).toEqual({ due: false, remove: [] });
    }
  });

  it('go on where a clock was wrong, at their pace', () => {
    expect(planHistory([copy(-9_999)], NOW, keep(7, 168)).due).toBe(true);
    expect(planHistory([copy(-9_999), copy(1)], NOW, keep(7, 168)).due).toBe(false);
  });

  it('go one at a time while there is room, so that one wrong clock does not end the history', () => {
    const week = [0, 1, 2, 3, 4, 5, 6].map((days) => copy(24 * days));
    const monthAhead = NOW + 30 * 24 * HOUR_MS;
    expect(planHistory(week, monthAhead, keep(7, 168)).remove).toEqual([copy(24 * 6).key]);
    expect(planHistory(week.slice(3), monthAhead, keep(7, 168)).remove).toHaveLength(1);
  });

  it('never lose the newest, never grow beyond the count, and stay for their time while there is room', () => {
    const copies = fc.uniqueArray(fc.integer({ min: 0, max: 2_000 }), { maxLength: 30 });
    const settings = fc.record({
      backupKeepCount: fc.integer({ min: 1, max: 12 }),
      backupKeepMs: fc.integer({ min: 1, max: 1_000 }).map((hours) => hours * HOUR_MS),
    });
    fc.assert(
      fc.property(copies, settings, (ages, wanted) => {
        const there = ages.map((hours) => copy(hours));
        const { due, remove } = planHistory(there, NOW, wanted);
        const left = there.filter(({ key }) => !remove.includes(key));
        expect(left.length + (due ? 1 : 0)).toBeLessThanOrEqual(wanted.backupKeepCount);
        expect(left.length + (due ? 1 : 0)).toBeGreaterThan(0);
        if (!due) expect(left).toContainEqual(copy(Math.min(...ages)));
        const surplus = there.length + (due ? 1 : 0) - wanted.backupKeepCount;
        expect(remove.length).toBeLessThanOrEqual(Math.max(1, surplus));
        const oldestLeft = Math.max(0, ...left.map(({ time }) => NOW - time));
        for (const { key, time } of there) {
          if (!remove.includes(key)) continue;
          const full = left.length + (due ? 1 : 0) === wanted.backupKeepCount;
          expect(full || NOW - time > wanted.backupKeepMs).toBe(true);
          expect(NOW - time).toBeGreaterThan(oldestLeft);
        }
      }),
    );
  });
});

describe('the name of a dated copy', () => {
  it('tells its time and TXID, beside a key with or without folder and extension', () => {
    for (const key of ['app.db', 'prod/app.db', 'prod/data.sqlite', '.db', 'folder/.db', 'app']) {
      const name = datedKey(key, NOW, 255);
      expect(parseDatedKey(key, name)).toEqual({ key: name, time: NOW, txid: 255 });
    }
    expect(datedKey('prod/app.db', NOW, 255)).toBe(
      'prod/app.db.backups/2026-11-24T12-00-00.000Z-00000000000000ff.db',
    );
  });

  it('is none of anything that somebody else put there', () => {
    const name = datedKey('app.db', NOW, 255);
    for (const other of [
      `${name}.old`,
      `x${name}`,
      'app.db.backups/before-migration.db',
      `${name}-wal`,
    ])
      expect(parseDatedKey('app.db', other)).toBeNull();
    expect(parseDatedKey('other.db', name)).toBeNull();
  });
});

describe('the places beside a database', () => {
  it('are none of another one, whatever their names begin with', () => {
    expect(foreignKey('prod/app.db', 1)).toBe('prod/app.before-adoption.db');
    expect(foreignKey('prod/app', 2)).toBe('prod/app.before-adoption-2');
    expect(foreignKey('.db', 1)).toBe('.db.before-adoption');
    const all = ['app', 'app.db', 'app.sqlite', 'a', '.db'].map(keysBeside);
    const places = all.flatMap(({ objects, prefix }) => [...objects, prefix]);
    expect(new Set(places).size).toBe(places.length);
  });
});
