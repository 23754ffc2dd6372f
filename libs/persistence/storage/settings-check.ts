import { PersistenceError } from '../../errors';
import { nearestName } from '../module/nearest-name';

/** OPTION_UNKNOWN for the first setting that `of()` does not have. */
export function refuseUnknown(of: string, settings: object, known: readonly string[]): void {
  if (typeof settings !== 'object' || settings === null) {
    throw new PersistenceError('OPTION_INVALID', `${of}() needs an object with its settings.`);
  }
  const unknown = Object.keys(settings).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const near = nearestName(unknown, known);
  throw new PersistenceError('OPTION_UNKNOWN', `${of}() has no setting "${unknown}".`, {
    hint: `${near === undefined ? '' : `Did you mean "${near}"? `}Known: ${known.join(', ')}.`,
  });
}

/** OPTION_INVALID where a setting is no text, or blank. */
export function demandText<Settings extends object>(
  settings: Settings,
  name: keyof Settings & string,
  named: (setting: keyof Settings & string) => string,
  hint: string,
): void {
  const value: unknown = settings[name];
  if (typeof value === 'string' && value.trim() !== '') return;
  throw new PersistenceError('OPTION_INVALID', `${named(name)} must be a text that is not empty.`, {
    hint,
  });
}
