import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AzureBlobStore, prefixed } from '../../libs/storage';
import { Life } from '../compat/life';
import { describeWithLitestream, litestream, restoreArgs } from '../compat/litestream-command';
import { rowHash, rowHashOfFile } from '../compat/row-hash';
import { makePlaces, type Places } from '../replica/places';
import { type Azurite, describeWithAzurite, startAzurite } from '../servers/azurite';

const CONTAINER = 'database-backup';
const FOLDER = 'app.db.replica';

describeWithAzurite('a replica in Azure', () => {
  describeWithLitestream('litestream restore', (command) => {
    let azurite: Azurite;
    let store: AzureBlobStore;
    let places: Places;
    let config: string;
    let restored = 0;

    beforeAll(async () => {
      azurite = await startAzurite();
      const { connectionString } = azurite;
      store = await AzureBlobStore.open({ connectionString, container: CONTAINER });
      places = makePlaces();
      config = join(places.root, 'litestream.yml');
      writeFileSync(config, configuration(azurite, places.database));
    }, 90_000);

    afterAll(async () => {
      await Life.endLeftovers();
      places?.remove();
      await azurite?.close();
    });

    const begin = () => Life.start({ database: places.database, store: prefixed(store, FOLDER) });

    async function restore(target: { txid?: number; time?: number } = {}): Promise<string> {
      const path = join(places.root, `restored-${restored++}.db`);
      const options = ['-config', config, ...restoreArgs(target), '-o', path];
      await litestream(command, ['restore', ...options, places.database]);
      return rowHashOfFile(path);
    }

    test('gets every confirmed row out, at the end, at a TXID and at a time', async () => {
      let life = await begin();
      await life.store('CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)');
      const early = await life.store("INSERT INTO t (body) VALUES ('one'), ('two')");
      const earlyRows = rowHash(life.app);
      await life.end();

      places.wipeDisk();
      life = await begin();
      expect(life.outcome.origin).toBe('restored');
      const late = await life.store("UPDATE t SET body = 'three' WHERE id = 2");
      const lateRows = rowHash(life.app);
      await life.end();

      expect(await restore()).toBe(lateRows);
      expect(await restore({ txid: early })).toBe(earlyRows);
      const name = late.toString(16).padStart(16, '0');
      const { time } = await store.head(`${FOLDER}/ltx/0/${name}-${name}.ltx`);
      // Litestream takes what is before the moment, and not at it.
      expect(await restore({ time })).toBe(earlyRows);
      expect(await restore({ time: time + 1 })).toBe(lateRows);
    });
  });
});

/** Litestream's address of a replica in Azure has no place for another endpoint; its configuration has. */
function configuration({ connectionString }: Azurite, database: string): string {
  const part = (name: string) => new RegExp(`${name}=([^;]+)`).exec(connectionString)![1]!;
  return `dbs:
  - path: ${database}
    replica:
      type: abs
      account-name: ${part('AccountName')}
      account-key: ${part('AccountKey')}
      endpoint: ${part('BlobEndpoint')}
      bucket: ${CONTAINER}
      path: ${FOLDER}
`;
}
