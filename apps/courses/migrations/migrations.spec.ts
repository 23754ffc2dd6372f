import { DataSource } from 'typeorm';
import { database } from '../database';

describe('migrations', () => {
  let dataSource: DataSource;

  beforeEach(async () => {
    dataSource = new DataSource({ type: 'better-sqlite3', database: ':memory:', ...database });
    await dataSource.initialize();
  });

  afterEach(() => dataSource.destroy());

  it('give exactly the schema of the entities', async () => {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log();
    expect(upQueries.map(({ query }) => query)).toEqual([]);
  });

  it('can be taken back', async () => {
    await dataSource.undoLastMigration();
    const left = await dataSource.query(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
    );
    expect(left).toEqual([{ name: 'migrations' }]);
  });
});
