import { randomBytes } from 'node:crypto';
import { createFileMerger, createSqliteEngine } from '../../engine';
import { Replica, type ReplicaEvent } from '../../replica';
import type { ObjectStore } from '../../storage/object-store';
import { createDatabaseBackup } from '../backup/database-backup';
import { EventLog, type LineLog } from '../log/event-log';
import { redactedLines, redactFolders } from '../log/redact';
import type { PersistenceSettings } from '../module/settings';
import { databaseTasks } from '../schedule/database-tasks';
import { AppConnections } from '../typeorm/app-connections';
import { DatabaseLife } from './database-life';
import { createRescue } from './rescue';
import { rescueHints } from './rescue-hints';
import { announce } from './announce';
import { accessStore, firstFile, type StoreAccess } from './store-access';
import { systemClock } from './system-clock';

const randomKey = () => randomBytes(8).toString('hex');

/** Puts the parts of one database together. The only place that knows them all. The local file is not touched. */
export async function composeLife(
  settings: PersistenceSettings,
  rawStore: ObjectStore | null,
  log: LineLog,
): Promise<DatabaseLife> {
  const redact = redactFolders(filesOf(settings));
  const lines = redactedLines(log, redact);
  const connections = new AppConnections(() => systemClock.now());
  const shared = { settings, connections, lines, redact, now: () => systemClock.now() };
  announce(settings, lines);
  if (rawStore === null || settings.storage.kind === 'none') {
    return new DatabaseLife({ ...shared, replica: null, rescue: null });
  }

  const access = accessStore(rawStore, settings.storage, settings.ownership);
  const store = access.replica;
  const first = await firstFile(access, settings.storage);
  const hints = rescueHints(settings);
  const onWarning = (text: string) => lines.warn(text);
  const events = new EventLog(lines, () => systemClock.now());
  const onEvent = (event: ReplicaEvent) => {
    if (event.type === 'fenced') life.fence();
    if (event.type === 'history-lost') void backup.startOver();
    events.write(event);
  };
  const engine = createSqliteEngine({ path: settings.path, onWarning });
  const replica = new Replica({
    store,
    engine,
    merger: createFileMerger({ path: settings.path }),
    clock: systemClock,
    identity: {
      application: settings.application,
      database: settings.name,
      deployment: settings.deployment,
    },
    nodeId: randomBytes(8).toString('hex'),
    newLineage: randomBytes(16).toString('hex'),
    settings,
    ...(first === undefined ? {} : { backup: first }),
    ...hints,
    ...(needsProof(settings, access) && { probe: { random: randomKey } }),
    onEvent,
  });
  const backup = createDatabaseBackup({ replica, store, target: access.plain, settings, lines });
  const life: DatabaseLife = new DatabaseLife({
    ...shared,
    replica,
    lock: () => engine.writeLock(),
    access,
    backup,
    tasks: databaseTasks(settings, {
      backup: () => backup.run({ trusting: true }),
      maintain: (signal) => replica.maintain({ signal }),
    }),
    rescue: createRescue({
      store,
      plain: access.plain,
      hints,
      onWarning,
      onEvent: (event) => events.write(event),
    }),
  });
  return life;
}

/** The store proves its conditional writes at the first start; with `trusted` nobody relies on them. */
function needsProof({ ownership }: PersistenceSettings, access: StoreAccess): boolean {
  return access.provesConditions && ownership === 'exclusive';
}

/** Files that messages may name by their full path. */
function filesOf({ path, storage }: PersistenceSettings): string[] {
  return storage.kind === 'network-path' ? [path, storage.file] : [path];
}
