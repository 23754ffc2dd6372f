import Database from 'better-sqlite3';
import { assemble, type Platform, type PlatformRows } from '../model/platform';

/** Everything a database file of the demo holds; an empty platform where the demo has made no tables yet. */
export function readFile(path: string): Platform {
  const connection = new Database(path, { readonly: true, fileMustExist: true });
  try {
    const tables = connection.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`);
    const there = new Set(tables.pluck().all() as string[]);
    const all = (table: keyof PlatformRows): never[] =>
      there.has(table) ? (connection.prepare(`SELECT * FROM ${table}`).all() as never[]) : [];
    return assemble({
      users: all('users'),
      courses: all('courses'),
      lessons: all('lessons'),
      enrolments: all('enrolments'),
      progress: all('progress'),
    });
  } finally {
    connection.close();
  }
}
