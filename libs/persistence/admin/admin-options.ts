import type { CanActivate, ModuleMetadata, Type } from '@nestjs/common';
import { PersistenceError } from '../../errors';
import { DEFAULT_NAME } from '../module/default-name';
import { nearestName } from '../module/nearest-name';
import { checkName } from '../module/options.schema';

/** At least one of `guard` and `token` is needed; with both, both must agree. */
export interface PersistenceAdminOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Decides who may: a class, which gets its dependencies from `imports` and from global modules, or an instance. */
  readonly guard?: Type<CanActivate> | CanActivate;
  /** To be sent as `Authorization: Bearer <token>`. Long and random: nothing slows down guessing. ASCII without spaces. */
  readonly token?: string | undefined;
  /** Where the endpoints are (default `api`, which does not double a global prefix `api`; `api/<name>` for a named database). */
  readonly path?: string;
  /** Name of the database (default: that of `PersistenceModule.forRoot()` without a name). */
  readonly database?: string;
  /** Folder on this host that `POST db-restore` writes into (default: `restored` beside the database). */
  readonly restoreFolder?: string;
}

/** Options that may be used. */
export interface AdminSettings {
  readonly guard: Type<CanActivate> | CanActivate | null;
  readonly token: string | null;
  readonly path: string;
  /** Nobody named the path, so it may give way to a global prefix. */
  readonly pathIsDefault: boolean;
  readonly database: string;
  readonly restoreFolder: string | null;
}

const KNOWN = ['guard', 'token', 'path', 'imports', 'database', 'restoreFolder'];

export function checkAdminOptions(options: PersistenceAdminOptions): AdminSettings {
  const given = options ?? {};
  refuseUnknown(given);
  const { guard, token, path, restoreFolder } = given;
  if (guard === undefined && token === undefined) {
    throw new PersistenceError(
      'ADMIN_UNGUARDED',
      'PersistenceAdminModule.forRoot() was given neither a token nor a guard.',
    );
  }
  if (token !== undefined && !isText(token)) throw invalid('token', 'must be a string, not empty');
  if (token !== undefined && !isHeaderText(token.trim())) {
    throw invalid('token', 'must be letters, digits and signs of ASCII, without spaces');
  }
  if (path !== undefined && typeof path !== 'string') throw invalid('path', 'must be a string');
  if (restoreFolder !== undefined && !isText(restoreFolder))
    throw invalid('restoreFolder', 'must be the path of a folder');
  const database = checkName(given.database ?? DEFAULT_NAME);
  return {
    guard: guard ?? null,
    // What comes out of a file often ends in a line break, which no header can carry.
    token: token?.trim() ?? null,
    path: path ?? (database === DEFAULT_NAME ? 'api' : `api/${database}`),
    pathIsDefault: path === undefined,
    database,
    restoreFolder: restoreFolder ?? null,
  };
}

/** The default path below a global prefix: `api` stands once in `/api/db-status`, whoever put it there. */
export function pathBelow(globalPrefix: string, { path, pathIsDefault }: AdminSettings): string {
  const doubled = pathIsDefault && globalPrefix.split('/').includes('api');
  return doubled ? path.replace(/^api\/?/, '') : path;
}

function refuseUnknown(options: object): void {
  const unknown = Object.keys(options).find((name) => !KNOWN.includes(name));
  if (unknown === undefined) return;
  const near = nearestName(unknown, KNOWN);
  throw new PersistenceError(
    'OPTION_UNKNOWN',
    `PersistenceAdminModule has no option "${unknown}".`,
    {
      hint: `${near === undefined ? '' : `Did you mean "${near}"? `}Known options: ${KNOWN.join(', ')}.`,
    },
  );
}

/** What arrives behind `Bearer` unchanged; any other token would let nobody in. */
function isHeaderText(token: string): boolean {
  return /^[\x21-\x7e]+$/.test(token);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}

function invalid(option: string, message: string): PersistenceError {
  return new PersistenceError(
    'OPTION_INVALID',
    `The option "${option}" of PersistenceAdminModule ${message}.`,
  );
}
