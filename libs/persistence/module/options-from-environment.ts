import { PersistenceError } from '../../errors';
import { type Environment, variableName } from './environment';
import { checkOptions, OPTION_DEFAULTS, OPTION_VARIABLES } from './options.schema';
import type { PersistenceOptions } from './persistence-options';

type OptionWithVariable = keyof typeof OPTION_VARIABLES;

/** Decided together with everything that belongs to them, in `planStorage` and beside the local file. */
const NOT_HERE: readonly OptionWithVariable[] = ['storage', 'database'];

/**
 * What the environment says about options, checked like the options themselves; errors name the variable. `storage` and
 * `database` are not among them.
 *
 * @param variables of one database, asked for by the name they have for the default one
 */
export function optionsFromEnvironment(
  variables: Environment,
  database: string,
): Omit<PersistenceOptions, 'storage' | 'database' | 'name'> {
  const found: Partial<Record<OptionWithVariable, unknown>> = {};
  for (const option of Object.keys(OPTION_VARIABLES) as OptionWithVariable[]) {
    if (NOT_HERE.includes(option)) continue;
    const value = variables(OPTION_VARIABLES[option]);
    if (value !== undefined) found[option] = parsed(option, value, database);
  }
  return checkOptions(found, (option) => variableOf(option as OptionWithVariable, database));
}

function variableOf(option: OptionWithVariable, database: string): string {
  return variableName(OPTION_VARIABLES[option], database);
}

/** A text becomes what the default of its option is. */
function parsed(option: OptionWithVariable, value: string, database: string): unknown {
  const like =
    option in OPTION_DEFAULTS ? OPTION_DEFAULTS[option as keyof typeof OPTION_DEFAULTS] : '';
  switch (typeof like) {
    case 'boolean':
      return flagOf(value, variableOf(option, database));
    case 'number':
      if (option.endsWith('Ms')) refuseUnit(value, variableOf(option, database));
      return /^\d[\d_]*$/.test(value) ? Number(value.replaceAll('_', '')) : value;
    default:
      return value;
  }
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `30m` is meant well: the hint has the number that is meant. */
function refuseUnit(value: string, variable: string): void {
  const [, count, unit] = /^(\d+)\s*(ms|s|m|min|h|d)$/i.exec(value) ?? [];
  if (count === undefined || unit === undefined) return;
  throw new PersistenceError(
    'OPTION_INVALID',
    `${variable} must be a number, in milliseconds, without a unit.`,
    { hint: `Write ${Number(count) * UNIT_MS[unit.toLowerCase()]!} for ${value}.` },
  );
}

function flagOf(value: string, variable: string): boolean {
  if (/^(true|1|yes|on)$/i.test(value)) return true;
  if (/^(false|0|no|off)$/i.test(value)) return false;
  throw new PersistenceError('OPTION_INVALID', `${variable} must be true or false.`);
}
