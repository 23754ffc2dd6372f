import { LineCollector } from '../../../test/journeys/support/line-collector';
import type { WriteLock } from '../../engine/database-engine';
import { TransactionWatch } from './transaction-watch';

describe('the watch over transactions', () => {
  let now: number;
  let own: number | null;
  let lock: WriteLock | Error;
  let lines: LineCollector;
  let watch: TransactionWatch;

  beforeEach(() => {
    now = 0;
    own = null;
    lock = { held: false, mark: 1 };
    lines = new LineCollector();
    watch = new TransactionWatch({
      known: () => own,
      lock: () => (lock instanceof Error ? Promise.reject(lock) : Promise.resolve(lock)),
      transactionMaxMs: 1_000,
      now: () => now,
      lines,
    });
  });

  async function look(at: number, seen: WriteLock | Error): Promise<void> {
    now = at;
    lock = seen;
    await watch.look();
  }

  it('sees one that holds the lock at two looks with no commit in between, from the first on', async () => {
    await look(100, { held: true, mark: 1 });
    expect(watch.open()).toBeNull();
    await look(350, { held: true, mark: 1 });
    expect(watch.open()).toEqual({ ageMs: 250, holder: 'other' });
    now = 600;
    expect(watch.open()).toEqual({ ageMs: 500, holder: 'other' });
    await look(700, { held: false, mark: 2 });
    expect(watch.open()).toBeNull();
  });

  it('takes a busy writer, who commits between two looks, for what it is', async () => {
    for (let mark = 1; mark < 20; mark++) await look(mark * 1_000, { held: true, mark });
    expect(watch.open()).toBeNull();
    expect(() => watch.refuseOverdue()).not.toThrow();
  });

  it('does not report a transaction of the app twice: its lock is that of the app', async () => {
    own = 10;
    await look(10, { held: true, mark: 1 });
    own = 260;
    await look(260, { held: true, mark: 1 });
    expect(watch.open()).toEqual({ ageMs: 260, holder: 'app' });
    own = null;
    expect(watch.open()).toBeNull();
  });

  it('says so once when one is over its time, and once when it has ended, and refuses meanwhile', async () => {
    await look(0, { held: true, mark: 1 });
    await look(900, { held: true, mark: 1 });
    expect(() => watch.refuseOverdue()).not.toThrow();
    await look(1_500, { held: true, mark: 1 });
    await look(2_000, { held: true, mark: 1 });
    expect(() => watch.refuseOverdue()).toThrow(
      expect.objectContaining({ code: 'TRANSACTION_OPEN' }),
    );
    await look(2_500, { held: false, mark: 1 });
    expect(() => watch.refuseOverdue()).not.toThrow();
    await look(3_000, { held: false, mark: 1 });
    expect(lines.text.match(/open for 1\.5 s on a connection that is not TypeORM/g)).toHaveLength(
      1,
    );
    expect(lines.text.match(/for too long has ended/g)).toHaveLength(1);
  });

  it('knows nothing where nobody can look', async () => {
    await look(0, { held: true, mark: 1 });
    await look(500, { held: true, mark: 1 });
    await look(600, new Error('WORKER_DIED'));
    expect(watch.open()).toBeNull();
  });

  it('does not look once it is stopped, also where a look was under way', async () => {
    await look(0, { held: true, mark: 1 });
    const looking = look(500, { held: true, mark: 1 });
    watch.stop();
    await looking;
    await look(900, { held: true, mark: 1 });
    expect(watch.open()).toBeNull();
  });
});
