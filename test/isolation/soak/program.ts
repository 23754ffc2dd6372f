import type { DataSource, EntityManager } from 'typeorm';
import type { Random } from '../../crash/random';
import { Note } from '../app/note.entity';
import { refuse } from '../cases/isolation-case';
import { type Account, transferText } from './accounts';
import type { Ledger } from './ledger';

/** Where a step is done. */
interface Place {
  /** Of this step alone, so that what it does depends on no other that runs beside it. */
  readonly random: Random;
  /** How many levels may still be opened inside. */
  readonly depth: number;
  /** Of the transaction around it; undefined outside of one. */
  readonly manager: EntityManager | undefined;
  /** Whether the manager is handed on, or the step uses the DataSource as an injected repository would. */
  readonly handedOn: boolean;
  /** The block around it may end before the step does, so that only the manager may be used. */
  readonly floating: boolean;
}

/** Texts of the rows that are in if everything around the step commits. */
type Rows = readonly string[];

const DEPTH = 3;
const OUTSIDE = { depth: DEPTH, manager: undefined, handedOn: true, floating: false };

/**
 * One client: steps one after the other, chosen by a seed, each of them a write or a transaction of writes. What is told to
 * it goes into the ledger. Nothing in it waits for a time, so that the same seed gives the same order.
 */
export class Program {
  #rows = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly name: string,
    private readonly random: Random,
    private readonly accounts: readonly Account[],
    private readonly ledger: Ledger,
  ) {}

  async run(steps: number): Promise<void> {
    for (let step = 0; step < steps; step += 1) {
      try {
        const rows = await this.#step({ ...OUTSIDE, random: this.random.fork(`${step}`) });
        for (const row of rows) this.ledger.acknowledged.add(row);
        if (rows.length > 0) await this.#lookFor(rows[0]!);
      } catch (error) {
        this.ledger.failed(error);
      }
    }
  }

  async #lookFor(text: string): Promise<void> {
    if (!(await this.dataSource.getRepository(Note).existsBy({ text }))) this.ledger.unread += 1;
  }

  async #step(place: Place): Promise<Rows> {
    const { random } = place;
    await pause(random);
    const manager = this.#managerOf(place);
    const block = place.depth > 0 && random.int(0, 9) < (place.depth === DEPTH ? 7 : 4);
    return block ? this.#block(place, manager) : this.#write(random, manager);
  }

  #managerOf({ manager, handedOn }: Place): EntityManager {
    return handedOn && manager !== undefined ? manager : this.dataSource.manager;
  }

  async #write(random: Random, manager: EntityManager): Promise<Rows> {
    const text = this.#next();
    switch (random.int(0, 3)) {
      case 0:
        await manager.insert(Note, { text });
        return [text];
      case 1:
        await manager.save(Note, { text });
        return [text];
      case 2:
        await manager.query('INSERT INTO note (text) VALUES (?)', [text]);
        return [text];
      default: {
        const texts = [text, this.#next()];
        await manager.save(
          Note,
          texts.map((each) => ({ text: each })),
          { chunk: 1 },
        );
        return texts;
      }
    }
  }

  #block(place: Place, manager: EntityManager): Promise<Rows> {
    switch (place.random.int(0, 5)) {
      case 0:
        return this.#transfer(place.random, manager);
      case 1:
        return place.floating ? this.#write(place.random, manager) : this.#byHand(place);
      case 2:
        return place.floating ? this.#write(place.random, manager) : this.#atOnce(place);
      case 3:
        return place.manager === undefined ? this.#atOnce(place) : this.#cutShort(place);
      default:
        return this.#transaction(place, manager);
    }
  }

  /** A transaction that may fail; whoever began it goes on without its rows. */
  async #transaction({ random, depth, floating }: Place, manager: EntityManager): Promise<Rows> {
    const [fails, handedOn] = [oneIn(random, 3), floating || !oneIn(random, 3)];
    const steps = random.int(1, 3);
    try {
      return await manager.transaction(async (inner) => {
        const place = { depth: depth - 1, manager: inner, handedOn, floating };
        const rows: string[] = [];
        for (let step = 0; step < steps; step += 1) {
          rows.push(...(await this.#step({ ...place, random: random.fork(`${step}`) })));
        }
        await pause(random);
        if (fails) refuse();
        return rows;
      });
    } catch (error) {
      this.ledger.failed(error);
      return [];
    }
  }

  /** An amount goes from one account to another; the row says what was done. */
  async #transfer(random: Random, manager: EntityManager): Promise<Rows> {
    const [from, to] = [random.pick(this.accounts), random.pick(this.accounts)];
    const [amount, fails] = [random.int(1, 9), oneIn(random, 3)];
    const text = transferText({ from, to, amount, name: this.#next() });
    try {
      await manager.transaction(async (inner) => {
        await inner.decrement(Note, { text: from }, 'amount', amount);
        await pause(random);
        await inner.insert(Note, { text });
        if (fails) refuse();
        await inner.increment(Note, { text: to }, 'amount', amount);
      });
      return [text];
    } catch (error) {
      this.ledger.failed(error);
      return [];
    }
  }

  /** By query runner; outside of a transaction also with raw statements. */
  async #byHand({ random, manager }: Place): Promise<Rows> {
    const runner = this.dataSource.createQueryRunner();
    const raw = manager === undefined && oneIn(random, 4);
    const [fails, rows] = [oneIn(random, 3), random.int(1, 3)];
    const texts: string[] = [];
    try {
      await (raw ? runner.query('BEGIN') : runner.startTransaction());
      try {
        for (let row = 0; row < rows; row += 1) {
          const text = this.#next();
          await pause(random);
          await runner.manager.save(Note, { text });
          texts.push(text);
        }
        if (fails) refuse();
        await (raw ? runner.query('COMMIT') : runner.commitTransaction());
      } catch (error) {
        await (raw ? runner.query('ROLLBACK') : runner.rollbackTransaction());
        throw error;
      }
      return texts;
    } catch (error) {
      this.ledger.failed(error);
      return [];
    } finally {
      await runner.release();
    }
  }

  /** Several at once; the block ends when all have ended, with the first failure. */
  async #atOnce(place: Place): Promise<Rows> {
    const { random } = place;
    const inside = { ...place, depth: place.depth - 1 };
    const steps = Array.from({ length: random.int(2, 3) }, (_, i) =>
      this.#step({ ...inside, random: random.fork(`${i}`) }),
    );
    const results = await Promise.allSettled(steps);
    const failure = results.find(({ status }) => status === 'rejected');
    if (failure !== undefined && failure.status === 'rejected') throw failure.reason;
    return results.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  }

  /** Several at once; the block ends with the first failure while the others go on with its manager. */
  async #cutShort(place: Place): Promise<Rows> {
    const { random } = place;
    const inside = { ...place, depth: place.depth - 1, handedOn: true, floating: true };
    const doomed = oneIn(random, 2);
    const end = async (): Promise<Rows> => {
      await pause(random);
      return doomed ? refuse() : [];
    };
    const step = (label: string) => this.#step({ ...inside, random: random.fork(label) });
    const steps = [step('first'), step('second'), end()];
    // Promise.all hears only of the first failure.
    for (const each of steps) each.catch((error: unknown) => this.ledger.failed(error));
    return (await Promise.all(steps)).flat();
  }

  #next(): string {
    this.#rows += 1;
    return `${this.name}.${this.#rows}`;
  }
}

const oneIn = (random: Random, n: number): boolean => random.int(1, n) === 1;

/** Lets others in, or does not. */
async function pause(random: Random): Promise<void> {
  const turns = Math.max(0, random.int(-3, 3));
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
}
