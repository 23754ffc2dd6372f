// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import { Injectable, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { Test } from '@nestjs/testing';
import {
  getStoreToken,
  PersistenceModule,
  type PersistenceOptions,
  SyncService,
} from 'nestjs-persistence';
import { persistenceConfig } from 'nestjs-persistence/config';
import {
  azureBlob,
  type AzureBlobSettings,
  AzureBlobStorageProvider,
} from 'nestjs-persistence/storage/azure-blob';
import { s3, type S3Settings, S3StorageProvider } from 'nestjs-persistence/storage/s3';
import { MemoryStore } from '../../../libs/storage';
import { AppLog, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

describe('who opens the store', () => {
  const folder = temporaryFolder();

  it('is a provider that a module of the app exports, with what it needs from dependency injection', async () => {
    @Injectable()
    class Vault {
      readonly token = 'from the vault';
    }
    @Injectable()
    class VaultProvider extends S3StorageProvider {
      asked: S3Settings[] = [];

      constructor(readonly vault: Vault) {
        super();
      }

      override open(settings: S3Settings) {
        this.asked.push({ ...settings, sessionToken: this.vault.token });
        return Promise.resolve(new MemoryStore());
      }
    }
    @Module({
      providers: [Vault, { provide: S3StorageProvider, useClass: VaultProvider }],
      exports: [S3StorageProvider],
    })
    class VaultModule {}
    const app = await startApp([
      PersistenceModule.forRootAsync({
        imports: [VaultModule],
        useFactory: () => ({ database: folder.file('app.db'), storage: s3({ bucket: 'mine' }) }),
      }),
    ]);
    // Of the two providers in the app, the app's own.
    const [provider] = app
      .get<VaultProvider[]>(S3StorageProvider, { each: true })
      .filter((each) => each instanceof VaultProvider);
    expect(provider!.asked).toEqual([{ bucket: 'mine', sessionToken: 'from the vault' }]);
    expect(app.get(SyncService).status()).toMatchObject({ storage: 's3', role: 'owner' });
    await app.close();
  });

  it('is what a test puts in its place', async () => {
    const open = jest.fn<Promise<MemoryStore>, [AzureBlobSettings]>(() =>
      Promise.resolve(new MemoryStore()),
    );
    const options = { database: folder.file('app.db'), storage: azureBlob({ account: 'acc' }) };
    const app = await Test.createTestingModule({ imports: [PersistenceModule.forRoot(options)] })
      .overrideProvider(AzureBlobStorageProvider)
      .useValue({ open })
      .setLogger(new AppLog())
      .compile();
    await app.init();
    expect(open).toHaveBeenCalledWith({ account: 'acc' });
    expect(app.get(SyncService).status().storage).toBe('azure-blob');
    await app.close();
  });

  it('or nobody, where a test puts in the store itself', async () => {
    const store = new MemoryStore();
    const options = { database: folder.file('app.db'), storage: s3({ bucket: 'mine' }) };
    const app = await Test.createTestingModule({ imports: [PersistenceModule.forRoot(options)] })
      .overrideProvider(getStoreToken())
      .useValue(store)
      .setLogger(new AppLog())
      .compile();
    await app.init();
    await app.get(SyncService).flush();
    expect((await store.head('app.db.replica/replica.json')).size).toBeGreaterThan(0);
    await app.close();
  });

  it('a stranger proves at every start that it decides races, one with an address at the first only', async () => {
    class Watched extends MemoryStore {
      probes = 0;

      override put(...call: Parameters<MemoryStore['put']>) {
        if (call[0].includes('/probe/')) this.probes++;
        return super.put(...call);
      }
    }
    const races = async (store: Watched, storage: PersistenceOptions['storage'], file: string) => {
      store.probes = 0;
      const options = { database: folder.file(file), storage };
      const app = await Test.createTestingModule({ imports: [PersistenceModule.forRoot(options)] })
        .overrideProvider(S3StorageProvider)
        .useValue({ open: () => Promise.resolve(store) })
        .setLogger(new AppLog())
        .compile();
      await app.init();
      await app.close();
      return store.probes;
    };
    const own = new Watched();
    expect(await races(own, own, '1.db')).toBeGreaterThanOrEqual(40);
    expect(await races(own, own, '2.db')).toBeGreaterThanOrEqual(40);
    const bucket = new Watched();
    expect(await races(bucket, s3({ bucket: 'mine' }), '3.db')).toBeGreaterThanOrEqual(40);
    expect(await races(bucket, s3({ bucket: 'mine' }), '4.db')).toBe(0);
    // The same objects, found in another bucket.
    expect(await races(bucket, s3({ bucket: 'other' }), '5.db')).toBeGreaterThanOrEqual(40);
  });
});

describe('persistenceConfig', () => {
  const folder = temporaryFolder();
  const variables = ['DATABASE_PATH', 'PERSISTENCE_ENABLED', 'PERSISTENCE_LAG_MAX_MS'];
  afterEach(() => variables.forEach((name) => delete process.env[name]));

  it('gives @nestjs/config the options, and the module the same', async () => {
    process.env.DATABASE_PATH = folder.file('config.db');
    process.env.PERSISTENCE_ENABLED = 'false';
    process.env.PERSISTENCE_LAG_MAX_MS = '5000';
    const app = await startApp([
      ConfigModule.forRoot({ ignoreEnvFile: true, load: [persistenceConfig] }),
      PersistenceModule.forRootAsync(persistenceConfig.asProvider()),
    ]);
    expect(await app.get(SyncService).ready()).toEqual({ path: folder.file('config.db') });
    expect(app.get(SyncService).status().role).toBe('disabled');
    expect(app.get(ConfigService).get('persistence.lagMaxMs')).toBe(5_000);
    await app.close();
  });
});
