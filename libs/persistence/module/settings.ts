import { PersistenceError } from '../../errors';
import { deploymentOf, detectPlatform, shutdownTimeoutOf } from '../platform/detect-platform';
import type { Platform } from '../platform/platform';
import { planStorage } from '../storage/detect-storage';
import type { StoragePlan } from '../storage/storage-plan';
import { applicationName } from './application-name';
import { databaseEnvironment, type Environment, variableName } from './environment';
import { IN_MEMORY, localFile } from './local-file';
import { checkOptions, OPTION_DEFAULTS } from './options.schema';
import { optionsFromEnvironment } from './options-from-environment';
import type { Durability, Ownership, PersistenceOptions } from './persistence-options';

export { IN_MEMORY };

/** Everything decided about one database before anything is opened or changed. */
export interface PersistenceSettings {
  readonly name: string;
  readonly enabled: boolean;
  /** Absolute path of the local file, or `:memory:`. */
  readonly path: string;
  /** Nobody named the file, so it lies in a local folder that may be thrown away. */
  readonly pathIsTemporary: boolean;
  readonly storage: StoragePlan;
  readonly ownership: Ownership;
  /** Where the process runs; null where that is no known platform. */
  readonly platform: Platform | null;
  readonly application: string;
  /** Empty for the main one. */
  readonly deployment: string;
  readonly publishIntervalMs: number;
  readonly durability: Durability;
  readonly confirmTimeoutMs: number;
  readonly confirmIntervalMs: number;
  readonly flushTimeoutMs: number;
  readonly transactionMaxMs: number;
  /** 0: never. */
  readonly transactionTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly shutdownTimeoutMs: number;
  readonly lagMaxMs: number;
  readonly drainOnSignal: boolean;
  readonly verify: 'quick' | 'full';
  readonly exactHistoryMs: number;
  readonly historyMs: number;
  readonly snapshotEveryMs: number;
  /** 0: never. */
  readonly backupIntervalMs: number;
  /** Goes before the interval. */
  readonly backupCron?: string;
  readonly backupKeepCount: number;
  readonly backupKeepMs: number;
}

/** The label of the main deployment may be written out where a blank one would count as absent. */
const MAIN_DEPLOYMENT = 'main';

/** Options, then environment, then defaults. Rejects what is unknown, malformed, incomplete or not built yet. Pure but for `cwd`. */
export function resolveSettings(
  name: string,
  given: unknown,
  environment: Environment,
): PersistenceSettings {
  const options = withoutUndefined(checkOptions(given));
  refuseAnotherName(name, options);
  const variables = databaseEnvironment(environment, name);
  const said = {
    ...enabledForAll(environment),
    ...optionsFromEnvironment(variables, name),
    ...options,
  };
  const platform = detectPlatform(environment);
  const withDefaults = {
    ...OPTION_DEFAULTS,
    // Where the process gets no CPU behind an answer, nothing would store what was committed before it.
    ...(platform?.freezes && { durability: 'confirmed' as const }),
    shutdownTimeoutMs: shutdownTimeoutOf(platform),
    application: applicationName(process.cwd()),
    deployment: deploymentOf(platform, environment),
    ...said,
  };
  const storage: StoragePlan = withDefaults.enabled
    ? planStorage(name, options.storage, variables)
    : { kind: 'none', unused: [] };
  const { deployment } = withDefaults;
  const settings: PersistenceSettings = {
    ...withDefaults,
    ...localFile({
      ...withDefaults,
      name,
      database: options.database,
      storage,
      platform,
      variables,
    }),
    name,
    storage,
    platform,
    deployment: deployment === MAIN_DEPLOYMENT ? '' : deployment,
  };
  refuseSeveralInstances(settings);
  refuseEndlessFloor(settings);
  return settings;
}

function refuseAnotherName(name: string, options: PersistenceOptions): void {
  if (options.name === undefined || options.name === name) return;
  throw new PersistenceError(
    'OPTION_INVALID',
    `The options name the database "${options.name}", but the module was registered as "${name}".`,
    { hint: `Write PersistenceModule.forRootAsync({ name: '${options.name}', ... }).` },
  );
}

/** Switching off means every database, unless one says otherwise for itself. */
function enabledForAll(environment: Environment): { enabled?: boolean } {
  const only: Environment = (variable) =>
    variable === 'PERSISTENCE_ENABLED' ? environment(variable) : undefined;
  return optionsFromEnvironment(only, OPTION_DEFAULTS.name);
}

function refuseSeveralInstances(settings: PersistenceSettings): void {
  const { name, platform, storage, ownership } = settings;
  if (platform === null || !platform.runsSeveral) return;
  if (storage.kind === 'none' || ownership === 'trusted') return;
  throw new PersistenceError(
    'PLATFORM_RUNS_SEVERAL',
    `${platform.name} runs several instances of an app at a time, and each would take the database away from the others.`,
    {
      hint: `Run the app where one instance serves it. If you make sure yourself that never more than one instance writes, set ${variableName('PERSISTENCE_OWNERSHIP', name)}=trusted.`,
    },
  );
}

/** Whoever waits would be told that it took too long, because of the setting and not of the store. */
function refuseEndlessFloor(settings: PersistenceSettings): void {
  for (const limit of ['flushTimeoutMs', 'confirmTimeoutMs'] as const) {
    if (settings.confirmIntervalMs < settings[limit]) continue;
    throw new PersistenceError(
      'OPTION_INVALID',
      `confirmIntervalMs (${settings.confirmIntervalMs}) must be less than ${limit} (${settings[limit]}): what waits for the one would always meet the other.`,
    );
  }
}

function withoutUndefined(options: PersistenceOptions): PersistenceOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
