import { createRequire } from 'node:module';
import { MemoryStore } from '../../libs/storage';
import { isPersistenceError } from '../../libs/errors';
import { Life } from '../compat/life';

// Starts in a process of its own, as another user or with another copy of the driver, and tells what came of it.

export interface StartRequest {
  readonly database: string;
  /** Who the process becomes before it starts. */
  readonly uid?: number;
  /** Another copy of better-sqlite3, loaded before. */
  readonly driver?: string;
}

export type StartAnswer =
  | { readonly origin: string }
  | { readonly code: string; readonly hint: string; readonly message: string };

async function start({ database, uid, driver }: StartRequest): Promise<StartAnswer> {
  if (driver) load(driver);
  if (uid !== undefined) {
    process.setgid!(uid);
    process.setuid!(uid);
  }
  try {
    const life = await Life.start({ database, store: new MemoryStore() });
    const { origin } = life.outcome;
    await life.end();
    return { origin };
  } catch (error) {
    if (isPersistenceError(error)) return error.toJSON();
    return { code: 'UNCODED', hint: '', message: String((error as Error).stack) };
  }
}

function load(driver: string): void {
  const Copy = createRequire(__filename)(driver) as new (path: string) => { close(): void };
  new Copy(':memory:').close();
}

void start(JSON.parse(process.argv[2]!) as StartRequest).then((answer) =>
  process.stdout.write(JSON.stringify(answer)),
);
