import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { bucketLayout, type ObjectStore, prefixed, S3Store } from '../../libs/storage';
import { Life } from '../compat/life';
import { describeWithLitestream, litestream, restoreArgs } from '../compat/litestream-command';
import { rowHash, rowHashOfFile } from '../compat/row-hash';
import { makePlaces, type Places } from '../replica/places';
import { type S3Server, startS3Server } from '../servers/s3';

const FOLDER = 'app.db.replica';

describeWithLitestream('litestream restore of a replica in S3', (command) => {
  let server: S3Server;
  let store: ObjectStore;
  let places: Places;
  let restored = 0;

  beforeAll(async () => {
    server = await startS3Server();
    const options = { bucket: 'test', endpoint: server.url, ...server.credentials };
    store = bucketLayout(prefixed(await S3Store.open(options), FOLDER));
    places = makePlaces();
    writeFileSync(join(places.root, 'litestream.yml'), configuration());
  });

  afterAll(async () => {
    await Life.endLeftovers();
    places?.remove();
    await server?.close();
  });

  function configuration(): string {
    return `dbs:
  - path: ${places.database}
    replica:
      type: s3
      access-key-id: ${server.credentials.accessKeyId}
      secret-access-key: ${server.credentials.secretAccessKey}
      endpoint: ${server.url}
      force-path-style: true
      region: us-east-1
      bucket: test
      path: ${FOLDER}
`;
  }

  async function restore(target: { txid?: number; time?: number } = {}): Promise<string> {
    const path = join(places.root, `restored-${restored++}.db`);
    const config = join(places.root, 'litestream.yml');
    const options = ['-config', config, ...restoreArgs(target), '-o', path];
    // Certificates that this host names for AWS do not concern this server, and stop Litestream where it cannot take them.
    const args = ['-u', 'AWS_CA_BUNDLE', command, 'restore', ...options, places.database];
    await litestream('env', args);
    return rowHashOfFile(path);
  }

  test('gets every confirmed row out, at the end, at a TXID and at a time', async () => {
    let life = await Life.start({ database: places.database, store });
    await life.store('CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT)');
    const early = await life.store("INSERT INTO t (body) VALUES ('one'), ('two')");
    const earlyRows = rowHash(life.app);
    await life.end();

    places.wipeDisk();
    life = await Life.start({ database: places.database, store });
    expect(life.outcome.origin).toBe('restored');
    const late = await life.store("UPDATE t SET body = 'three' WHERE id = 2");
    const lateRows = rowHash(life.app);
    await life.end();

    expect(await restore()).toBe(lateRows);
    expect(await restore({ txid: early })).toBe(earlyRows);
    const name = late.toString(16).padStart(16, '0');
    const { time } = await store.head(`ltx/0/${name}-${name}.ltx`);
    // Litestream takes what is before the moment, and not at it.
    expect(await restore({ time })).toBe(earlyRows);
    expect(await restore({ time: time + 1 })).toBe(lateRows);
  });
});
