import * as fc from 'fast-check';
import type { LogFile } from '../log/inventory';
import { logKey } from '../log/log-keys';
import { planRestore } from '../log/restore-plan';
import { LEVELS, MAX_INPUTS } from './levels';
import { planLevel, planMerges, topOf, type MergePlan } from './merge-plan';
import { PAGELESS_BYTES, planRetention, type RetentionSettings } from './retention-plan';
import { planSnapshot } from './snapshot-plan';

const SETTINGS: RetentionSettings = {
  exactHistoryMs: 10 * 60_000,
  historyMs: 3 * 60 * 60_000,
  snapshotEveryMs: 3 * 60 * 60_000,
};
const START = 1_700_000_000_000;

type Kind = 'data' | 'claim' | 'release';
type Step =
  | { readonly do: 'commits'; readonly count: number; readonly everyMs: number }
  | { readonly do: 'new life'; readonly clean: boolean }
  | { readonly do: 'clock back'; readonly ms: number }
  | { readonly do: 'late copy'; readonly pick: number }
  | { readonly do: 'void claim'; readonly pick: number }
  | {
      readonly do: 'zombie';
      readonly from: number;
      readonly length: number;
      readonly level: number;
    };

/** A replica as names, sizes and times, kept by the plans alone; checks what they promise at every step. */
class World {
  files = new Map<string, LogFile>();
  head = 0;
  /** The store's clock, and the writer's, ms since 1970. */
  storeNow = START;
  skew = 0;
  private lastTime = START;
  private readonly kinds: Kind[] = ['data'];
  private readonly writtenFirst: number[] = [0];
  private readonly steps: { readonly txid: number; readonly written: number }[] = [];
  private proved = new Set<string>();
  private covered = 0;

  constructor() {
    this.append('data', 40_000);
  }

  append(kind: Kind, size: number): void {
    this.head++;
    this.lastTime = Math.max(this.storeNow + this.skew, this.lastTime + 1);
    this.kinds[this.head] = kind;
    this.writtenFirst[this.head] = this.storeNow;
    this.put(0, this.head, this.head, kind === 'data' ? size : PAGELESS_BYTES, this.lastTime);
  }

  put(level: number, minTxid: number, maxTxid: number, size: number, time: number): LogFile {
    const key = logKey(level, minTxid, maxTxid);
    const file = { level, minTxid, maxTxid, size, time, written: this.storeNow, key };
    this.files.set(key, file);
    this.covered = Math.max(this.covered, level > 0 ? maxTxid : 0);
    return file;
  }

  step(step: Step): void {
    switch (step.do) {
      case 'commits':
        for (let n = 0; n < step.count; n++) {
          this.storeNow += step.everyMs;
          this.append('data', 300 + ((n * 37) % 5_000));
          if (n % 20 === 10) this.maintain();
        }
        break;
      case 'new life':
        if (step.clean) this.append('release', 0);
        this.append('claim', 0);
        this.proved = new Set();
        break;
      case 'clock back':
        this.skew -= step.ms;
        break;
      case 'late copy': {
        const txid = 1 + (step.pick % this.head);
        if (!this.files.has(logKey(0, txid, txid))) this.put(0, txid, txid, 700, this.lastTime);
        break;
      }
      case 'void claim': {
        const txid = 1 + (step.pick % this.head);
        if (txid <= this.covered && !this.files.has(logKey(0, txid, txid)))
          this.put(0, txid, txid, PAGELESS_BYTES, this.lastTime);
        break;
      }
      case 'zombie':
        this.zombie(step.from, step.length, step.level);
    }
    this.maintain();
  }

  /** Somebody who was superseded merges what it still knows: a true fold, of a range that overlaps others. */
  private zombie(from: number, length: number, level: number): void {
    if (this.covered < 3) return;
    const min = 2 + (from % (this.covered - 2));
    const max = Math.min(min + length, this.covered);
    this.put(level, min, max, 900, this.lastTime);
  }

  maintain(): void {
    const moment = { durableTxid: this.head, now: this.storeNow + this.skew };
    for (const row of LEVELS) {
      for (const plan of planLevel(this.inventory, row, moment)) this.merge(plan);
    }
    const snapshot = planSnapshot(this.inventory, moment, SETTINGS.snapshotEveryMs);
    if (snapshot) this.merge(snapshot);
    this.retain();
  }

  get inventory(): { files: LogFile[] } {
    const files = [...this.files.values()];
    return { files: files.sort((a, b) => a.level - b.level || a.minTxid - b.minTxid) };
  }

  private merge({ level, inputs }: MergePlan): void {
    expect(inputs.length).toBeGreaterThan(0);
    expect(inputs.length).toBeLessThanOrEqual(MAX_INPUTS);
    inputs.forEach((file, at) => {
      const before = inputs[at - 1];
      if (before) {
        expect(file.minTxid).toBeLessThanOrEqual(before.maxTxid + 1);
        expect(file.maxTxid).toBeGreaterThan(before.maxTxid);
      }
      if (file.level === 0 && level === 1) expect(file.minTxid).toBeGreaterThan(this.covered);
    });
    const last = inputs.at(-1)!;
    expect(last.maxTxid).toBeLessThanOrEqual(this.head);
    if (level === 1) {
      const windows = new Set(inputs.map(({ time }) => Math.floor(time! / LEVELS[0]!.windowMs)));
      expect(windows.size).toBe(1);
      this.steps.push({ txid: last.maxTxid, written: this.writtenFirst[last.maxTxid]! });
    }
    const size = inputs.reduce((sum, file) => sum + file.size, 0) * 0.7;
    const { minTxid } = inputs[0]!;
    this.proved.add(this.put(level, minTxid, last.maxTxid, size, last.time!).key);
  }

  private retain(): void {
    const before = this.inventory;
    const pageless = new Map<string, 'stays' | 'may go'>();
    for (;;) {
      const facts = { inventory: before, durableTxid: this.head, proved: this.proved, pageless };
      const plan = planRetention(facts, SETTINGS);
      const known = this.proved.size + pageless.size;
      for (const file of plan.toProve) this.proved.add(file.key);
      for (const file of plan.toIdentify) pageless.set(file.key, this.identify(file));
      if (this.proved.size + pageless.size > known) continue;
      this.delete(plan.deletions);
      return;
    }
  }

  private identify({ maxTxid, key }: LogFile): 'stays' | 'may go' {
    const isVoid = this.files.get(key)!.written !== this.writtenFirst[maxTxid];
    if (isVoid && this.kinds[maxTxid] !== 'release') return 'stays';
    const released = this.kinds[maxTxid - 1] === 'release';
    return this.kinds[maxTxid] === 'claim' && !released ? 'stays' : 'may go';
  }

  private delete(deletions: readonly LogFile[]): void {
    const now = Math.max(...[...this.files.values()].map(({ written }) => written!));
    for (const { key } of deletions) {
      expect(this.files.delete(key)).toBe(true);
      this.proved.delete(key);
    }
    if (deletions.length > 0) this.check(now);
  }

  /** Everything that is promised, whatever was deleted. */
  check(now: number): void {
    const { inventory } = this;
    const { files } = inventory;
    const clock = Number.POSITIVE_INFINITY;
    expect(planRestore(inventory, { kind: 'latest' }, clock).txid).toBe(this.head);
    const merged = files.filter(({ level }) => level > 0);
    expect(topOf(merged)).toBe(this.covered);
    // Collected, because a call of expect for each of thousands would take most of the time.
    const wrong: [txid: number, what: string][] = [];
    let reached = 0;
    let exactPoints = 0;
    const byMin = merged.toSorted((a, b) => a.minTxid - b.minTxid);
    let next = 0;
    for (let txid = 1; txid <= this.head; txid++) {
      const there = this.files.has(logKey(0, txid, txid));
      for (; (byMin[next]?.minTxid ?? Infinity) <= txid; next++)
        reached = Math.max(reached, byMin[next]!.maxTxid);
      // P2: a claim where something was removed is void.
      if (reached < txid && !(txid > this.covered && there)) wrong.push([txid, 'in no file']);
      if (this.kinds[txid] === 'claim' && this.kinds[txid - 1] !== 'release' && !there)
        wrong.push([txid, 'a claim that fences is gone']);
      if (now - this.writtenFirst[txid]! >= SETTINGS.exactHistoryMs) continue;
      if (!there) wrong.push([txid, 'not exact any more']);
      else if (exactPoints++ < 3)
        expect(planRestore(inventory, { kind: 'txid', txid }, clock).txid).toBe(txid);
    }
    expect(wrong).toEqual([]);
    expect(this.files.has(logKey(0, this.head, this.head))).toBe(true);
    const kept = this.steps.filter(({ written }) => now - written < SETTINGS.historyMs);
    for (const { txid } of [...kept.slice(0, 3), ...kept.slice(-3)]) {
      expect(planRestore(inventory, { kind: 'txid', txid }, clock).txid).toBe(txid);
    }
  }
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('commits' as const),
      count: fc.integer({ min: 1, max: 60 }),
      everyMs: fc.constantFrom(200, 4_000, 30_000, 45 * 60_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('new life' as const), clean: fc.boolean() }),
  },
  fc.record({
    do: fc.constant('clock back' as const),
    ms: fc.integer({ min: 0, max: 86_400_000 }),
  }),
  fc.record({ do: fc.constant('late copy' as const), pick: fc.nat() }),
  fc.record({ do: fc.constant('void claim' as const), pick: fc.nat() }),
  fc.record({
    do: fc.constant('zombie' as const),
    from: fc.nat(),
    length: fc.integer({ min: 0, max: 40 }),
    level: fc.constantFrom(1, 2, 3),
  }),
);

describe('The plans of maintenance', () => {
  it('keep every restore point for its time, the head, what fences zombies and what voids late claims, whatever happens', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const world = new World();
        for (const each of steps) world.step(each);
        world.check(world.storeNow);
      }),
      { numRuns: 50 },
    );
  });

  it('keep a replica bounded: files of a long time are no more than those of the times that are kept', () => {
    const world = new World();
    const counts: number[] = [];
    for (let hour = 0; hour < 16; hour++) {
      for (let n = 0; n < 36; n++) world.step({ do: 'commits', count: 10, everyMs: 10_000 });
      counts.push(world.files.size);
    }
    const history = Math.max(...counts.slice(0, 8));
    expect(Math.max(...counts.slice(8))).toBeLessThanOrEqual(history + 20);
    expect(world.inventory.files.filter(({ level }) => level === 9).length).toBeLessThanOrEqual(5);
  });
});

describe('A merge', () => {
  const entry = (txid: number, time = START + txid * 10, size = 500): LogFile => ({
    level: 0,
    minTxid: txid,
    maxTxid: txid,
    size,
    time,
    key: logKey(0, txid, txid),
  });
  const merged = (level: number, minTxid: number, maxTxid: number): LogFile => ({
    level,
    minTxid,
    maxTxid,
    size: 500,
    time: START + maxTxid * 10,
    key: logKey(level, minTxid, maxTxid),
  });
  const later = { durableTxid: 100, now: START + 86_400_000 };
  const ranges = (plans: readonly MergePlan[]): number[][] =>
    plans.map(({ level, inputs }) => [level, inputs[0]!.minTxid, inputs.at(-1)!.maxTxid]);

  it('never goes past what is known to be stored', () => {
    const files = [1, 2, 3, 4].map((txid) => entry(txid));
    expect(ranges(planMerges({ files }, { ...later, durableTxid: 3 }))).toEqual([[1, 1, 3]]);
  });

  it('never goes over a gap: what lies in front of it is left alone', () => {
    const files = [1, 2, 4, 5].map((txid) => entry(txid));
    expect(ranges(planMerges({ files }, { ...later, durableTxid: 5 }))).toEqual([[1, 4, 5]]);
  });

  it('passes over an entry that a merged file covers: it may be a void claim', () => {
    const files = [entry(3), entry(5), entry(6), merged(1, 1, 5)];
    expect(ranges(planMerges({ files }, { ...later, durableTxid: 6 }))).toEqual([[1, 6, 6]]);
  });

  it('waits for the end of its window, also where the clock has gone back', () => {
    const files = [entry(1, START), entry(2, START + 1), entry(3, START + 40_000)];
    const at = (now: number): number[][] => ranges(planMerges({ files }, { durableTxid: 3, now }));
    expect(at(START + 40_001)).toEqual([[1, 1, 2]]);
    expect(at(START - 86_400_000)).toEqual([[1, 1, 2]]);
    expect(at(START + 80_000)).toEqual([
      [1, 1, 2],
      [1, 3, 3],
    ]);
  });

  it('is cut where it becomes too much for one', () => {
    const many = Array.from({ length: 600 }, (_, n) => entry(n + 1, START + n));
    expect(ranges(planMerges({ files: many }, { ...later, durableTxid: 600 }))).toEqual([
      [1, 1, 256],
      [1, 257, 512],
      [1, 513, 600],
    ]);
    const large = [1, 2, 3].map((txid) => entry(txid, START, 700 * 1024 ** 2));
    expect(ranges(planMerges({ files: large }, { ...later, durableTxid: 3 }))).toEqual([
      [1, 1, 1],
      [1, 2, 2],
      [1, 3, 3],
    ]);
  });

  it('of the levels above leaves the start point where it is, and waits until there is something to fold', () => {
    const files = [merged(1, 1, 2), merged(1, 3, 4), merged(1, 5, 6), merged(1, 7, 8)];
    expect(planMerges({ files }, { ...later, durableTxid: 9 })).toEqual([]);
    files.push(merged(1, 9, 9));
    expect(ranges(planMerges({ files }, { ...later, durableTxid: 9 }))).toEqual([[2, 3, 9]]);
  });
});
