import { Random } from '../crash/random';
import { type IsolationApp, type Kind, openApp } from './app/open-app';
import { WalCommits } from './app/wal-commits';
import { Note } from './app/note.entity';
import { ACCOUNTS, BALANCE } from './soak/accounts';
import { Ledger } from './soak/ledger';
import { Program } from './soak/program';

const CLIENTS = 10;
const STEPS = 8;

/** Commits that changed something at each wake-up, while random clients work. Without a replica, which makes checkpoints. */
async function commitsAtWakes(kind: Kind): Promise<{ at: number[]; missed: number }> {
  const app = await openApp(kind, { enabled: false });
  const log = new WalCommits(app.file);
  try {
    const at: number[] = [];
    await app.dataSource.query('PRAGMA user_version = 1');
    log.next();
    app.onWake(() => at.push(log.next()));
    await work(app);
    return { at, missed: log.next() };
  } finally {
    log.close();
    await app.close();
  }
}

async function work({ dataSource }: IsolationApp): Promise<void> {
  const ledger = new Ledger();
  const random = new Random('wakes');
  const balances = ACCOUNTS.map((text) => ({ text, amount: BALANCE }));
  await dataSource.getRepository(Note).insert(balances);
  const clients = Array.from(
    { length: CLIENTS },
    (_, i) => new Program(dataSource, `${i}`, random.fork(`${i}`), ACCOUNTS, ledger),
  );
  await Promise.all(clients.map((client) => client.run(STEPS)));
}

describe('the wake-ups while random clients work', () => {
  it('come once with each commit that SQLite’s log has a change of, in the moment of it', async () => {
    const { at, missed } = await commitsAtWakes('ours');
    expect(at.length).toBeGreaterThan(CLIENTS);
    expect(at).toEqual(at.map(() => 1));
    expect(missed).toBe(0);
  });

  it('are more than the commits on a DataSource that wakes behind every statement', async () => {
    const { at } = await commitsAtWakes('stock');
    expect(at).toContain(0);
  });
});
