import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import { createSqliteEngine } from '../../libs/engine';
import { isPersistenceError } from '../../libs/errors';
import { Replica, type ReplicaEvent } from '../../libs/replica';
import { DirectoryStore, systemClock } from '../../libs/storage';

// An app without Nest: one database, its replica, and a parent process that says what to do. It can be really killed.

export interface StartRequest {
  readonly database: string;
  readonly replica: string;
  readonly publishIntervalMs?: number;
  readonly flushTimeoutMs?: number;
  /** A plain database file to begin with. */
  readonly backup?: string;
}

export type Request =
  | ({ readonly do: 'start' } & StartRequest)
  | { readonly do: 'exec'; readonly sql: string }
  | { readonly do: 'all'; readonly sql: string }
  | { readonly do: 'flush' }
  /** Opens and closes the database's files by node:fs, which drops the locks of the process on them. */
  | { readonly do: 'touch' }
  | { readonly do: 'status' }
  | { readonly do: 'events' }
  | { readonly do: 'stop' };

let replica: Replica;
let app: Database.Database | null = null;
const events: ReplicaEvent[] = [];
const warnings: string[] = [];

const immediate = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

async function start({
  database,
  replica: root,
  backup,
  ...settings
}: StartRequest): Promise<unknown> {
  replica = new Replica({
    store: await DirectoryStore.open({ root }),
    engine: createSqliteEngine({ path: database, onWarning: (text) => warnings.push(text) }),
    clock: { ...systemClock, immediate },
    identity: { application: 'test', database: 'app', deployment: '' },
    nodeId: randomBytes(8).toString('hex'),
    newLineage: randomBytes(16).toString('hex'),
    settings: { publishIntervalMs: 0, flushTimeoutMs: 10_000, verify: 'quick', ...settings },
    location: `file://${root}`,
    ...(backup && {
      backup: {
        store: await DirectoryStore.open({ root: dirname(backup) }),
        key: basename(backup),
      },
    }),
    onEvent: (event) => events.push(event),
  });
  const outcome = await replica.start();
  app = new Database(database, { timeout: 500 });
  app.pragma('journal_mode = WAL');
  app.pragma('wal_autocheckpoint = 0');
  return outcome;
}

async function answer(request: Request): Promise<unknown> {
  switch (request.do) {
    case 'start':
      return start(request);
    case 'exec':
      app!.exec(request.sql);
      return replica.wake();
    case 'all':
      return app!.prepare(request.sql).all();
    case 'flush':
      return replica.flush();
    case 'touch':
      return ['', '-shm'].forEach((suffix) => closeSync(openSync(app!.name + suffix, 'r')));
    case 'status':
      return replica.status();
    case 'events':
      return { events, warnings };
    case 'stop':
      app?.close();
      return replica.stop({ timeoutMs: 5_000 });
  }
}

process.on('message', ({ id, request }: { id: number; request: Request }) => {
  answer(request).then(
    (result) => process.send!({ id, result }),
    (error: unknown) => {
      const data = isPersistenceError(error)
        ? error.toJSON()
        : { code: 'UNCODED', message: String((error as Error)?.stack) };
      process.send!({ id, error: data });
    },
  );
});
process.send!('ready');
