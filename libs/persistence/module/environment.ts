import { DEFAULT_NAME } from './default-name';

/** Reads a variable; undefined where it is absent or blank. */
export type Environment = (variable: string) => string | undefined;

/** The part of `ConfigService` that is used here. */
export interface ConfigReader {
  get(variable: string): unknown;
}

/**
 * Variables as the app sees them: through its ConfigService if it has one (which knows the .env files), else from the
 * process. A blank variable counts as absent, because templates of platforms are full of them.
 */
export function appEnvironment(config: ConfigReader | undefined): Environment {
  return (variable) => {
    const value = config?.get(variable) ?? process.env[variable];
    const text =
      typeof value === 'string'
        ? value.trim()
        : typeof value === 'number' || typeof value === 'boolean'
          ? String(value)
          : '';
    return text === '' ? undefined : text;
  };
}

/** What Azure's own credentials read: under these names and no others, so that every database has the same identity. */
const OF_THE_PROCESS = ['AZURE_TENANT_ID', 'AZURE_CLIENT_ID', 'AZURE_CLIENT_SECRET'];

/** The name of a variable for one database: as it stands for the default one, with a suffix (`_ORDERS`) for the others. */
export function variableName(variable: string, database: string): string {
  if (database === DEFAULT_NAME || OF_THE_PROCESS.includes(variable)) return variable;
  return `${variable}_${database.toUpperCase().replaceAll('-', '_')}`;
}

/** The variables of one database, asked for by the name they have for the default one. */
export function databaseEnvironment(environment: Environment, database: string): Environment {
  return (variable) => environment(variableName(variable, database));
}
