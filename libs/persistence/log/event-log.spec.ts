import type { ReplicaEvent } from '../../replica';
import { LineCollector } from '../../../test/journeys/support/line-collector';
import { EventLog } from './event-log';

const TIME = Date.parse('2026-11-24T10:00:00Z');
const failure = { code: 'STORE_UNREACHABLE', message: 'No answer.', hint: 'Check it.' } as const;

function logged(...events: ReplicaEvent[]): string {
  const lines = new LineCollector();
  const log = new EventLog(lines, () => TIME);
  for (const event of events) log.write(event);
  return lines.text;
}

describe('log lines', () => {
  it('follow a restore: what, how much, how far, how fast, what came of it', () => {
    const progress = { type: 'progress', totalBytes: 10_000_000 } as const;
    expect(
      logged(
        { type: 'found', found: '41 entries' },
        { type: 'restoring', files: 5, totalBytes: 10_000_000, txid: 41, time: TIME },
        { ...progress, doneBytes: 1_000_000, elapsedMs: 500 },
        { ...progress, doneBytes: 4_500_000, elapsedMs: 2_000 },
        { ...progress, doneBytes: 5_000_000, elapsedMs: 2_100 },
        { ...progress, doneBytes: 9_000_000, elapsedMs: 4_000 },
        { type: 'restored', txid: 41, time: TIME, bytes: 12_000_000, durationMs: 4_400 },
      ).split('\n'),
    ).toEqual([
      'log Found: 41 entries.',
      'log Restoring TXID 41 of 2026-11-24T10:00:00.000Z: 10 MB in 5 files.',
      'log Restoring: 45 %, 4.5 MB of 10 MB at 2.3 MB/s.',
      'log Restoring: 90 %, 9.0 MB of 10 MB at 2.3 MB/s.',
      'log Restored 12 MB at TXID 41 of 2026-11-24T10:00:00.000Z in 4.4 s.',
    ]);
  });

  it.each(['created', 'adopted'] as const)('are loud where no history was found (%s)', (origin) => {
    const outcome = { origin, epoch: 1, txid: 1, time: null, bytes: 4_096, durationMs: 30 };
    expect(logged({ type: 'started', outcome })).toMatch(/^warn No history was found/);
  });

  it('name no file as the local one where it came out of the store', () => {
    const outcome = {
      origin: 'adopted',
      epoch: 1,
      txid: 1,
      time: null,
      bytes: 1,
      durationMs: 3,
    } as const;
    expect(logged({ type: 'started', outcome })).toMatch(
      'No history was found: one begins with the database file that was there (TXID 1',
    );
  });

  it('sum up what was stored: the first at once, then at most one line a minute', () => {
    const lines = new LineCollector();
    let now = TIME;
    const log = new EventLog(lines, () => now);
    const store = (txid: number) =>
      log.write({ type: 'stored', txid, bytes: 1_000, commits: 2, durationMs: 24 });
    store(2);
    for (let txid = 3; txid < 100; txid++) store(txid);
    now += 60_000;
    store(100);
    expect(lines.text.split('\n')).toEqual([
      'log Stored up to TXID 2: 2 commits, 1.0 KB; the last took 24 ms.',
      'log Stored up to TXID 100: 196 commits, 98 KB; the last took 24 ms.',
    ]);
  });

  it('name code, message and hint of a failure, and grow rare in a long outage', () => {
    const events = Array.from({ length: 100 }, (_, index): ReplicaEvent => ({
      type: 'failed',
      error: failure,
      attempt: index + 1,
    }));
    const lines = logged(...events, { type: 'recovered', afterMs: 42_000 }).split('\n');
    expect(lines[0]).toBe(
      'warn Storing failed (attempt 1). STORE_UNREACHABLE: No answer. Check it.',
    );
    expect(lines).toHaveLength(8);
    expect(lines.at(-1)).toBe('log Storing works again after 42 s.');
  });

  it('show no folder of the host', () => {
    expect(
      logged({ type: 'set-aside', path: '/srv/secret/app.db.before-1', reason: 'older' }),
    ).toBe('warn The local file was set aside as app.db.before-1: older.');
  });

  it('say whether the end was clean', () => {
    expect(logged({ type: 'stopped', clean: true, txid: 9 })).toBe(
      'log Stopped cleanly: everything is stored up to TXID 9.',
    );
    expect(logged({ type: 'stopped', clean: false, txid: null })).toMatch(
      /^warn Stopped, but not cleanly/,
    );
    expect(logged({ type: 'fenced', error: failure })).toMatch(/^error .*STORE_UNREACHABLE/);
  });
});
