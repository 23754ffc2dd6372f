export type * from './database-engine';
export { createSqliteEngine, type SqliteEngineOptions } from './sqlite/sqlite-engine';
