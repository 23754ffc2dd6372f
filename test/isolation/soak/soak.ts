import { Random } from '../../crash/random';
import { type IsolationApp, type Kind, openApp } from '../app/open-app';
import { Note } from '../app/note.entity';
import { ACCOUNTS, BALANCE, type NoteRow, wrongBalances } from './accounts';
import { Ledger } from './ledger';
import { Program } from './program';

export interface SoakOptions {
  /** Clients at once. */
  readonly programs: number;
  /** Each with a database of its own. */
  readonly rounds: number;
  readonly seed: number;
}

/** Over all rounds. All but the first two must be 0. */
export interface SoakResult {
  /** Rows of which somebody was told that they are in. */
  readonly acknowledged: number;
  /** Statements that came behind the end of their transaction, and were refused. */
  readonly late: number;
  /** Acknowledged, and not committed at the end. */
  readonly lost: number;
  /** Committed, though a transaction around them was refused. */
  readonly ghosts: number;
  readonly doubled: number;
  /** Seen by readers from outside, and gone at the end. */
  readonly dirty: number;
  /** Acknowledged, and not found by the next read of the same client. */
  readonly unread: number;
  /** Accounts whose balance is not what the committed transfers make of it. */
  readonly wrongBalances: number;
  /** Errors that nobody should have seen, with how often. */
  readonly unexpected: ReadonlyMap<string, number>;
}

const STEPS = 6;
/** A queue of all clients may be longer than the default for one request. */
const LOCK_TIMEOUT_MS = 60_000;
const ROUND_LIMIT_MS = 90_000;

/** Runs random clients at once on one DataSource, round after round, and compares what they were told with what is there. */
export async function soak(kind: Kind, options: SoakOptions): Promise<SoakResult> {
  const random = new Random(`isolation/${options.seed}`);
  const rounds: SoakResult[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const app = await openApp(kind, { lockTimeoutMs: LOCK_TIMEOUT_MS });
    try {
      rounds.push(await soakRound(app, options.programs, random.fork(`${round}`)));
    } finally {
      await app.close();
    }
  }
  return total(rounds);
}

async function soakRound(app: IsolationApp, programs: number, random: Random): Promise<SoakResult> {
  const { dataSource } = app;
  await dataSource.getRepository(Note).insert(ACCOUNTS.map((text) => ({ text, amount: BALANCE })));
  const ledger = new Ledger();
  const clients = Array.from(
    { length: programs },
    (_, i) => new Program(dataSource, `${i}`, random.fork(`${i}`), ACCOUNTS, ledger),
  );
  const reader = new Reader(app);
  const work = Promise.all(clients.map((client) => client.run(STEPS)));
  if (!(await within(work, ROUND_LIMIT_MS))) ledger.surprise('A round did not end.');
  const seen = await reader.end();
  return compared(ledger, seen, app.committed<NoteRow>('SELECT text, amount FROM note'));
}

/** Reads from outside of every transaction all the while. */
class Reader {
  readonly #seen = new Set<string>();
  #reading = true;
  readonly #done: Promise<void>;

  constructor(app: IsolationApp) {
    this.#done = this.#read(app);
  }

  async #read({ dataSource }: IsolationApp): Promise<void> {
    const notes = dataSource.getRepository(Note);
    while (this.#reading) {
      const rows = await notes.find({ select: { text: true } }).catch(() => []);
      for (const { text } of rows) this.#seen.add(text);
      for (let turn = 0; turn < 10; turn += 1) await new Promise(setImmediate);
    }
  }

  async end(): Promise<ReadonlySet<string>> {
    this.#reading = false;
    await this.#done;
    return this.#seen;
  }
}

function compared(
  { acknowledged, late, unread, unexpected }: Ledger,
  seen: ReadonlySet<string>,
  rows: readonly NoteRow[],
): SoakResult {
  const texts = rows.map(({ text }) => text).filter((text) => !ACCOUNTS.includes(text));
  const there = new Set(texts);
  const missing = (wanted: Iterable<string>) =>
    [...wanted].filter((text) => !there.has(text) && !ACCOUNTS.includes(text)).length;
  return {
    acknowledged: acknowledged.size,
    late,
    lost: missing(acknowledged),
    ghosts: [...there].filter((text) => !acknowledged.has(text)).length,
    doubled: texts.length - there.size,
    dirty: missing(seen),
    unread,
    wrongBalances: wrongBalances(rows),
    unexpected,
  };
}

function total(rounds: readonly SoakResult[]): SoakResult {
  const unexpected = new Map<string, number>();
  for (const round of rounds) {
    for (const [what, times] of round.unexpected) {
      unexpected.set(what, (unexpected.get(what) ?? 0) + times);
    }
  }
  const sum = (of: (round: SoakResult) => number) =>
    rounds.reduce((all, round) => all + of(round), 0);
  return {
    acknowledged: sum((round) => round.acknowledged),
    late: sum((round) => round.late),
    lost: sum((round) => round.lost),
    ghosts: sum((round) => round.ghosts),
    doubled: sum((round) => round.doubled),
    dirty: sum((round) => round.dirty),
    unread: sum((round) => round.unread),
    wrongBalances: sum((round) => round.wrongBalances),
    unexpected,
  };
}

async function within(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([limit, work.then(() => true)]);
  } finally {
    clearTimeout(timer);
  }
}
