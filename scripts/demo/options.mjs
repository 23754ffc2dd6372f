import { parseArgs } from 'node:util';
import { STORES } from './stores/store.mjs';

export const HELP = `npm run demo [-- options]

Starts the demo app on a database that lives on a "disk" (a folder in .demo/) and is replicated to a store, uses it
over HTTP, kills it with SIGKILL, deletes the disk, starts it again and compares; then fetches a plain backup.

  --store directory|azure|s3    a "network folder" in .demo/ (default), Azure Blob Storage (on Azurite, Microsoft's
                                emulator, installed at the first use), or S3 (a small server that the demo brings)
  --durability async|confirmed  async (default): the answers to writes wait for the store, as the code says with @Durable();
                                confirmed: every answer of the app does
  --hold-store <seconds>        a chapter more, after the catalogue: small apps on Express and Fastify whose store stops
                                answering for 1 to 8 s while requests of each kind are under way. Shows how many bytes of
                                each answer left meanwhile, which must be none
  --catalogue small|full|none   5,000 synsets of WordNet (default), all 117,791, or none
  --port <number>               where the app listens (default 3000, or a free port if that is taken)
  --no-serve                    end after the proof instead of serving on; the exit code says whether it held
  --reset                       delete what earlier runs left in .demo/ first
  --help                        this text
`;

const CATALOGUES = ['small', 'full', 'none'];
const DURABILITIES = ['async', 'confirmed'];
/** Longer than this an answer does not wait for a store (`confirmTimeoutMs` is 10 s). */
const HOLD_MAX_S = 8;

/**
 * @param {string[]} args
 * @returns {{ store: string, catalogue: string, durability: string | undefined, holdSeconds: number | undefined,
 *   port: number | undefined, serve: boolean, reset: boolean, help: boolean }} of what is undefined the app's default holds
 * @throws {Error} with a text for the user when an option is unknown or has a wrong value
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args,
    options: {
      store: { type: 'string', default: 'directory' },
      catalogue: { type: 'string', default: 'small' },
      durability: { type: 'string' },
      'hold-store': { type: 'string' },
      port: { type: 'string' },
      'no-serve': { type: 'boolean', default: false },
      reset: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (!STORES.includes(values.store)) {
    throw new Error(`--store is "${values.store}"; it can be ${STORES.join(', ')}.`);
  }
  if (!CATALOGUES.includes(values.catalogue)) {
    throw new Error(`--catalogue is "${values.catalogue}"; it can be ${CATALOGUES.join(', ')}.`);
  }
  if (values.durability !== undefined && !DURABILITIES.includes(values.durability)) {
    throw new Error(
      `--durability is "${values.durability}"; it can be ${DURABILITIES.join(', ')}.`,
    );
  }
  if (
    values.port !== undefined &&
    !(/^\d{1,5}$/.test(values.port) && Number(values.port) <= 65_535)
  ) {
    throw new Error(`--port is "${values.port}"; it can be a number from 0 to 65535.`);
  }
  return {
    store: values.store,
    catalogue: values.catalogue,
    durability: values.durability,
    holdSeconds: values['hold-store'] === undefined ? undefined : readHold(values['hold-store']),
    port: values.port === undefined ? undefined : Number(values.port),
    serve: !values['no-serve'],
    reset: values.reset,
    help: values.help,
  };
}

function readHold(text) {
  const seconds = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && seconds >= 1 && seconds <= HOLD_MAX_S) return seconds;
  throw new Error(
    `--hold-store is "${text}"; it can be a number of seconds from 1 to ${HOLD_MAX_S}.`,
  );
}
