import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { DURABILITIES, type Durability } from './durability';
import { STORE_KINDS, type StoreKind } from './store/store-place';

export interface CliOptions {
  readonly lives: number;
  readonly seed: number;
  readonly keepDisk: boolean;
  readonly store: StoreKind;
  readonly durability: Durability;
  /** An S3 server that others wrote, started for the run. */
  readonly server: string | undefined;
  readonly help: boolean;
}

const LIVES_MAX = 10_000;
const SEED_MAX = 2 ** 31;

export const USAGE = `npm run crash -- [--store directory|s3|azure] [--server NAME] [--durability confirmed] [--lives N]
                     [--seed N] [--keep-disk]

Starts the built demo again and again, writes to it over HTTP, kills it with SIGKILL at random moments, wipes its disk,
and checks that everything it had acknowledged is back: over HTTP, in the restored file, and page by page.

  --store NAME  where the replica lies: a folder (directory, the default), an S3 server, or Azurite; the servers run on
                this machine, and S3_TEST_ENDPOINT or AZURE_TEST_CONNECTION_STRING name another one
  --server NAME starts versitygw or ministack for --store s3 (install it first: node test/servers/install.mjs NAME)
  --durability confirmed
                every answer of the app waits for the store. So what a 2xx to a read has shown, of rows that others were
                just writing too, has to be there as well (async, the default: what writes were answered)
  --lives N     how many lives (20)
  --seed N      the same requests and moments again, as far as timing allows (random, printed)
  --keep-disk   do not wipe the disk but cut, exchange or write its files, and check what the next start makes of it
  --help        this text`;

/** Throws, with what is allowed, for anything it does not know. */
export function readOptions(args: readonly string[]): CliOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      lives: { type: 'string', default: '20' },
      seed: { type: 'string' },
      'keep-disk': { type: 'boolean', default: false },
      store: { type: 'string', default: 'directory' },
      durability: { type: 'string', default: 'async' },
      server: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    lives: readNumber('--lives', values.lives, 1, LIVES_MAX),
    seed: values.seed === undefined ? newSeed() : readNumber('--seed', values.seed, 0, SEED_MAX),
    keepDisk: values['keep-disk'],
    store: readStore(values.store),
    durability: readDurability(values.durability),
    server: values.server === undefined ? undefined : readServer(values.server, values.store),
    help: values.help,
  };
}

export const newSeed = (): number => randomInt(SEED_MAX);

const SERVERS = ['versitygw', 'ministack'];

function readServer(name: string, store: string): string {
  if (SERVERS.includes(name) && store === 's3') return name;
  throw new Error(`--server is "${name}"; it can be ${SERVERS.join(' or ')}, with --store s3.`);
}

function readDurability(text: string): Durability {
  const durability = DURABILITIES.find((each) => each === text);
  if (durability) return durability;
  throw new Error(`--durability is "${text}"; it can be ${DURABILITIES.join(', ')}.`);
}

function readStore(text: string): StoreKind {
  const kind = STORE_KINDS.find((each) => each === text);
  if (kind) return kind;
  throw new Error(`--store is "${text}"; it can be ${STORE_KINDS.join(', ')}.`);
}

function readNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new Error(`${name} is "${text}"; give a whole number from ${min} to ${max}.`);
}
