import { MemoryStore } from '../../libs/storage';
import { ManualClock } from '../../libs/testing';
import { busyLines, liveThrough } from './busy-time';
import { stateOf } from './synthetic-log';

const MINUTE = 60_000;
const SECONDS = 2 * 60 * 60;
/** A twelfth of the defaults, so that two hours are a day. */
const SETTINGS = {
  exactHistoryMs: 5 * MINUTE,
  historyMs: 120 * MINUTE,
  snapshotEveryMs: 120 * MINUTE,
};

describe('A replica of an app that commits once a second', () => {
  it('stays bounded in objects and bytes, and in what a restore reads, while every hour is kept', async () => {
    const clock = new ManualClock(1_700_000_000_000);
    const store = new MemoryStore({ now: () => clock.now() });
    const most = { objects: 0, restored: 0 };
    const report = await liveThrough({
      store,
      clock,
      seconds: SECONDS,
      pages: 8_000,
      pageSize: 512,
      settings: SETTINGS,
      onTick: async () => {
        let objects = 0;
        for await (const { key } of store.list('ltx/0/')) objects += key.length > 0 ? 1 : 0;
        most.objects = Math.max(most.objects, objects);
      },
    });
    process.stdout.write(`${busyLines(report, SECONDS)}\n`);
    expect(report.log.errors).toEqual([]);
    // The exact history, what of it waits for the next look, and the window that leads to it.
    expect(most.objects).toBeLessThan((SETTINGS.exactHistoryMs / 1_000) * 1.25 + 2 * 30 + 1);
    expect(report.objects[1]).toBeLessThanOrEqual(SECONDS / 30 + 1);
    expect(report.objects[9]).toBeLessThanOrEqual(4);
    expect(report.restore.files).toBeLessThan(70);
    expect(report.restore.bytes).toBeLessThan(1.5 * report.snapshotBytes);
    const entries = SECONDS;
    expect(report.requests.put).toBeLessThan(entries * 1.06);
    expect(report.requests.get).toBeLessThan(entries * 0.25);
    expect(await stateOf(store)).toEqual({
      txid: report.log.head.txid,
      pages: report.fills.join(' '),
    });
  }, 120_000);
});
