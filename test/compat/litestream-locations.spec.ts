import Sqlite from 'better-sqlite3';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule } from 'nestjs-persistence';
import { s3 } from 'nestjs-persistence/storage/s3';
import { DataSource } from 'typeorm';
import { planStorage } from '../../libs/persistence/storage/detect-storage';
import { litestreamUrl } from '../../libs/persistence/storage/storage-place';
import { type S3Server, startS3Server } from '../servers/s3';
import { startApp } from '../journeys/support/start-app';
import { temporaryFolder } from '../journeys/support/temporary-folder';
import { describeWithLitestream } from './litestream-command';

const run = promisify(execFile);

describeWithLitestream('the location that hints name', (litestream) => {
  const folder = temporaryFolder();
  let server: S3Server;

  beforeAll(async () => {
    server = await startS3Server({ buckets: ['school'] });
  });
  afterAll(() => server?.close());

  it('is one that litestream restore takes as it stands, for an S3 of one’s own', async () => {
    const { accessKeyId, secretAccessKey } = server.credentials;
    const storage = s3({
      bucket: 'school',
      key: 'prod/my app.db',
      endpoint: server.url,
      accessKeyId,
      secretAccessKey,
    });
    const app = await startApp([
      PersistenceModule.forRoot({ database: folder.file('app.db'), storage }),
      TypeOrmModule.forRootAsync(PersistenceModule.typeOrm()),
    ]);
    await app.get(DataSource).query("CREATE TABLE t AS SELECT 'kept' AS a");
    await app.close();

    const location = litestreamUrl(
      planStorage('app', storage, () => undefined),
      '',
    );
    await run('sh', ['-c', `"${litestream}" restore -o rescued.db ${location}`], {
      cwd: folder.path,
      env: {
        PATH: process.env.PATH,
        HOME: folder.path,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
      },
    });
    const rescued = new Sqlite(folder.file('rescued.db'), { readonly: true });
    expect(rescued.prepare('SELECT a FROM t').pluck().get()).toBe('kept');
    rescued.close();
  });
});
