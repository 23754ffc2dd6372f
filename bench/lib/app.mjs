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
 * set up as it would be without us: WAL, SQLite's own checkpoint every 1,000 pages. `dataSource` is the module's option.
 */
export async function startApp({ entities = [noteSchema()], ...setup }) {
  fromRoot('reflect-metadata');
  const { NestFactory } = fromRoot('@nestjs/core');
  const { DataSource } = fromRoot('typeorm');
  class BenchModule {}
  const imports = typeOrmImports({ ...setup, entities });
  const app = await NestFactory.createApplicationContext(
    { module: BenchModule, imports },
    { logger: ['error'] },
  );
  const dataSource = app.get(DataSource);
  const sync = withModule(setup) ? app.get(room('persistence').SyncService) : null;
  return { app, dataSource, sync };
}

/** With neither `storage` nor `options` the module is not there at all. */
export function typeOrmImports({ database, storage, options, dataSource, entities }) {
  const { TypeOrmModule } = fromRoot('@nestjs/typeorm');
  const typeOrm = { entities, synchronize: true, prepareDatabase };
  if (!withModule({ storage, options }))
    return [
      TypeOrmModule.forRoot({ ...typeOrm, type: 'better-sqlite3', database, enableWAL: true }),
    ];
  const { PersistenceModule } = room('persistence');
  return [
    PersistenceModule.forRoot({
      database,
      application: 'bench',
      ...(storage && { storage }),
      ...options,
    }),
    TypeOrmModule.forRootAsync(
      PersistenceModule.typeOrm({ ...typeOrm, ...(dataSource && { dataSource }) }),
    ),
  ];
}

function withModule({ storage, options }) {
  return storage !== undefined || options !== undefined;
}
