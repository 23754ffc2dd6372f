import { fromRoot, room } from './product.mjs';

/** One table with an index, as the smallest thing a real insert does. */
export function noteSchema() {
  const { EntitySchema } = fromRoot('typeorm');
  return new EntitySchema({
    name: 'Note',
    columns: {
      id: { type: 'integer', primary: true, generated: true },
      author: { type: 'integer' },
      text: { type: 'text' },
      created: { type: 'integer' },
    },
    indices: [{ columns: ['author', 'created'] }],
  });
}

/** The same durability with and without the module: what SQLite recommends in WAL mode. */
function prepareDatabase(connection) {
  connection.pragma('synchronous = NORMAL');
}

/**
 * A Nest app without HTTP, on a database file. With `storage`, the module keeps the replica there; without, TypeORM is
 * set up as it would be without us: WAL, SQLite's own checkpoint every 1,000 pages.
 */
export async function startApp({ database, storage, options = {}, entities = [noteSchema()] }) {
  fromRoot('reflect-metadata');
  const { NestFactory } = fromRoot('@nestjs/core');
  const { TypeOrmModule } = fromRoot('@nestjs/typeorm');
  const { DataSource } = fromRoot('typeorm');
  const typeOrm = { entities, synchronize: true, prepareDatabase };
  class BenchModule {}
  const imports = storage
    ? withModule(TypeOrmModule, { database, storage, application: 'bench', ...options }, typeOrm)
    : [TypeOrmModule.forRoot({ ...typeOrm, type: 'better-sqlite3', database, enableWAL: true })];
  const app = await NestFactory.createApplicationContext(
    { module: BenchModule, imports },
    { logger: ['error'] },
  );
  const dataSource = app.get(DataSource);
  const sync = storage ? app.get(room('persistence').SyncService) : null;
  return { app, dataSource, sync };
}

function withModule(TypeOrmModule, options, typeOrm) {
  const { PersistenceModule } = room('persistence');
  return [
    PersistenceModule.forRoot(options),
    TypeOrmModule.forRootAsync(PersistenceModule.typeOrm(typeOrm)),
  ];
}
