import { type Command, InvalidArgumentError } from 'commander';
import { isPersistenceError, momentMs } from './access';

/** What every command that looks at a replica takes. */
export interface SharedOptions {
  readonly database?: string;
  readonly replica?: string;
  readonly envFile?: string;
  readonly json?: boolean;
  readonly debug?: boolean;
}

export function addSharedOptions(command: Command): Command {
  return (
    command
      .option(
        '-d, --database <name>',
        'name of the database, where an app has several',
        parseName,
        'app',
      )
      .option(
        '--replica <folder>',
        'the folder of the replica (a path or file:// URL), where no variable names the store',
      )
      // Node 20 takes --env-file for itself, wherever it stands.
      .option(
        '--env, --env-file <file>',
        'read variables from this file too; what is set already stays',
      )
      .option('--json', 'one JSON document on the standard output, nothing else there')
      .option('--debug', 'stacks and causes of errors')
      .allowExcessArguments(false)
  );
}

/** As the options of the module have it. */
const NAME = /^[a-z][a-z0-9_-]{0,62}$/;

function parseName(text: string): string {
  if (NAME.test(text)) return text;
  throw new InvalidArgumentError(
    'A name of a database has lower-case letters, digits, _ and -, and begins with a letter.',
  );
}

/** ms since 1970. */
export function parseMoment(text: string): number {
  try {
    return momentMs('the time', text);
  } catch (error) {
    if (isPersistenceError(error)) throw new InvalidArgumentError(error.hint);
    throw error;
  }
}

export function parseWholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('It must be a whole number from 1.');
}
