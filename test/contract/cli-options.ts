import { parseArgs } from 'node:util';
import { STORE_NAMES, type StoreName } from './place';

export interface CliOptions {
  readonly help: boolean;
  readonly check: boolean;
  readonly table: boolean;
  readonly wrappers: boolean;
  readonly store: StoreName | undefined;
  readonly server: string | undefined;
  readonly json: string | undefined;
}

const SERVERS = ['azurite', 'versitygw', 'ministack'];

export const USAGE = `npm run contract -- --store ${STORE_NAMES.join('|')} [--server NAME] [--no-wrappers] [--json FILE] [--table]
npm run contract -- --table | --check

Holds a store to every promise of the port, by itself, disturbed on the wire, by racing processes, and in every wrapper.

  --store s3      runs on the server of this project, or on the one that S3_TEST_ENDPOINT, S3_TEST_ACCESS_KEY_ID,
                  S3_TEST_SECRET_ACCESS_KEY (and S3_TEST_REGION, S3_TEST_BUCKET) name
  --store azure   runs on Azurite (node test/servers/install.mjs azurite), or on the account that
                  AZURE_TEST_CONNECTION_STRING names
  --server NAME   starts ${SERVERS.join(', ')} for this run (install it first: node test/servers/install.mjs NAME)
  --no-wrappers   the provider only
  --json FILE     writes the results there
  --table         keeps the results in test/contract/results and writes docs/stores.md from all that are there
  --check         fails where docs/stores.md is not what the results give, or a promise has no result
  --help          this text`;

/** Throws, with what is allowed, for anything it does not know. */
export function readOptions(args: readonly string[]): CliOptions {
  const { values } = parseArgs({
    args: [...args],
    allowNegative: true,
    options: {
      store: { type: 'string' },
      server: { type: 'string' },
      wrappers: { type: 'boolean', default: true },
      json: { type: 'string' },
      table: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { store, server, json, table, check, help, wrappers } = values;
  if (store === undefined && !table && !check && !help) {
    throw new Error(`--store is missing; give one of: ${STORE_NAMES.join(', ')}.`);
  }
  return {
    store: store === undefined ? undefined : oneOf('--store', store, STORE_NAMES),
    server: server === undefined ? undefined : oneOf('--server', server, SERVERS),
    json,
    table,
    check,
    help,
    wrappers,
  };
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) {
    throw new Error(`${name} is "${value}"; give one of: ${allowed.join(', ')}.`);
  }
  return found;
}
