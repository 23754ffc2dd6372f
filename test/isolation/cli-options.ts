import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';

export interface CliOptions {
  readonly help: boolean;
  readonly table: boolean;
  readonly soak: boolean;
  readonly programs: number;
  readonly rounds: number;
  readonly seed: number;
}

const SEED_MAX = 2 ** 31;

export const USAGE = `npm run isolation -- [--table]
npm run isolation -- --soak [--programs N] [--rounds N] [--seed N]

Runs every operation of TypeORM on the DataSource of PersistenceModule.typeOrm() and on the stock one, and compares rows,
wake-ups of the shipper and answers with what they must be. Exit code 1: ours is not right everywhere.

  --table       writes the table into docs/isolation.md as well
  --soak        random clients at once instead: transactions, nested ones, failures, transfers, query runners by hand; at the
                end every acknowledged row has to be there, and none of a refused transaction
  --programs N  clients at once (60)
  --rounds N    each with a database of its own (30)
  --seed N      the same clients again (random, printed)
  --help        this text`;

/** Throws, with what is allowed, for anything it does not know. */
export function readOptions(args: readonly string[]): CliOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      table: { type: 'boolean', default: false },
      soak: { type: 'boolean', default: false },
      programs: { type: 'string' },
      rounds: { type: 'string' },
      seed: { type: 'string' },
    },
  });
  const { help, table, soak, programs, rounds, seed } = values;
  const ofSoak = [programs, rounds, seed].some((value) => value !== undefined);
  if (ofSoak && !soak) throw new Error('--programs, --rounds and --seed go with --soak.');
  if (table && soak)
    throw new Error('--table is written from a run of the operations, without --soak.');
  return {
    help,
    table,
    soak,
    programs: readNumber('--programs', programs ?? '60', 1, 1_000),
    rounds: readNumber('--rounds', rounds ?? '30', 1, 10_000),
    seed: seed === undefined ? randomInt(SEED_MAX) : readNumber('--seed', seed, 0, SEED_MAX),
  };
}

function readNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`${name} is "${text}"; give a whole number from ${min} to ${max}.`);
}
