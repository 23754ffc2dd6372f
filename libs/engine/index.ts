export type * from './database-engine';
export type * from './file-merger';
export { createSqliteEngine, type SqliteEngineOptions } from './sqlite/sqlite-engine';
export { createFileMerger, type FileMergerOptions } from './maintenance/worker-merger';
