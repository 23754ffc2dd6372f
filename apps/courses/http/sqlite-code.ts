import { QueryFailedError } from 'typeorm';

/** SQLite's extended result code behind a failed query, such as `SQLITE_CONSTRAINT_UNIQUE`; undefined for other errors. */
export function sqliteCode(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  const { code } = error.driverError as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** The database refused a row because another one has the same value in a unique index. */
export function isDuplicate(error: unknown): boolean {
  return sqliteCode(error) === 'SQLITE_CONSTRAINT_UNIQUE';
}

/** Another process kept the database locked for longer than is waited for it (5 s, the `timeout` of TypeORM); nothing was run. */
export function isBusy(error: unknown): boolean {
  return sqliteCode(error)?.startsWith('SQLITE_BUSY') === true;
}
