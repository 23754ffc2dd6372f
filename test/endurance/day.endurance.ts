import { MemoryStore } from '../../libs/storage';
import { ManualClock } from '../../libs/testing';
import { busyLines, liveThrough } from '../replica/busy-time';
import { stateOf } from '../replica/synthetic-log';

const SECONDS = 24 * 60 * 60;

describe('A replica after a day of one commit a second, with the defaults', () => {
  it('is bounded in objects and bytes, and restores in bounded time', async () => {
    const clock = new ManualClock(1_700_000_000_000);
    const store = new MemoryStore({ now: () => clock.now() });
    const report = await liveThrough({
      store,
      clock,
      seconds: SECONDS,
      pages: 25_000,
      pageSize: 4_096,
    });
    process.stdout.write(`${busyLines(report, SECONDS)}\n`);
    expect(report.log.errors).toEqual([]);
    expect(report.objects[0]).toBeLessThan(3_600 * 1.25 + 100);
    expect(report.objects[1]).toBeLessThanOrEqual(2_880 + 1);
    expect(report.objects[9]).toBeLessThanOrEqual(6);
    expect(report.restore.files).toBeLessThan(70);
    expect(report.restore.bytes).toBeLessThan(1.5 * report.snapshotBytes);
    expect(report.requests.put).toBeLessThan(SECONDS * 1.06);
    expect(await stateOf(store)).toEqual({
      txid: report.log.head.txid,
      pages: report.fills.join(' '),
    });
  });
});
