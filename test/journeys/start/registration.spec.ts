import { Injectable, Module } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import {
  getStoreToken,
  getSyncServiceToken,
  InjectSyncService,
  memory,
  type ObjectStore,
  PersistenceModule,
  type PersistenceOptions,
  type PersistenceOptionsFactory,
  SyncService,
} from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { MemoryStore } from '../../../libs/storage';
import { startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

describe('registering the module', () => {
  const folder = temporaryFolder();

  it('takes options from a factory with injected dependencies', async () => {
    @Injectable()
    class Vault {
      readonly file = folder.file('vault.db');
    }
    @Module({ providers: [Vault], exports: [Vault] })
    class VaultModule {}
    const app = await startApp([
      PersistenceModule.forRootAsync({
        imports: [VaultModule],
        inject: [Vault],
        useFactory: async (vault: Vault) => ({ database: vault.file, storage: memory() }),
      }),
    ]);
    expect(await app.get(SyncService).ready()).toEqual({ path: folder.file('vault.db') });
    await app.close();
  });

  it('takes options from a class, its own or one that is there already', async () => {
    @Injectable()
    class Options implements PersistenceOptionsFactory {
      createPersistenceOptions(): PersistenceOptions {
        return { enabled: false, database: folder.file('class.db') };
      }
    }
    @Module({ providers: [Options], exports: [Options] })
    class OptionsModule {}
    for (const options of [
      { useClass: Options },
      { imports: [OptionsModule], useExisting: Options },
    ]) {
      const app = await startApp([PersistenceModule.forRootAsync(options)]);
      expect(await app.get(SyncService).ready()).toEqual({ path: folder.file('class.db') });
      await app.close();
    }
  });

  it('takes a store from dependency injection: the app’s own class, with what it needs', async () => {
    @Injectable()
    class Credentials {
      readonly key = 'k';
    }
    @Module({ providers: [Credentials], exports: [Credentials] })
    class CredentialsModule {}
    @Injectable()
    class OwnStore extends MemoryStore {
      constructor(readonly credentials: Credentials) {
        super();
      }
    }
    const app = await startApp([
      PersistenceModule.forRootAsync({
        imports: [CredentialsModule],
        useFactory: () => ({ database: folder.file('app.db'), storage: OwnStore }),
      }),
    ]);
    const store = app.get<OwnStore>(getStoreToken());
    expect(store.credentials.key).toBe('k');
    expect(await namesIn(store)).toContain('app.db.replica/replica.json');
    expect(app.get(SyncService).status().storage).toBe('custom');
    await app.close();
  });

  it('reads variables through ConfigService where the app has one', async () => {
    const app = await startApp([
      ConfigModule.forRoot({
        ignoreEnvFile: true,
        isGlobal: true,
        load: [() => ({ DATABASE_PATH: folder.file('config.db'), PERSISTENCE_ENABLED: false })],
      }),
      PersistenceModule.forRoot(),
    ]);
    expect(await app.get(SyncService).ready()).toEqual({ path: folder.file('config.db') });
    expect(app.get(SyncService).status().role).toBe('disabled');
    await app.close();
  });

  it('keeps several databases apart', async () => {
    @Injectable()
    class Both {
      constructor(
        readonly app: SyncService,
        @InjectSyncService('orders') readonly orders: SyncService,
      ) {}
    }
    const storage = memory();
    const typeOrm = (name?: string) =>
      TypeOrmModule.forRootAsync(PersistenceModule.typeOrm(name === undefined ? {} : { name }));
    const imports = (run: string) => [
      PersistenceModule.forRoot({ storage, database: folder.file(`app-${run}.db`) }),
      PersistenceModule.forRoot({
        storage,
        database: folder.file(`orders-${run}.db`),
        name: 'orders',
      }),
      typeOrm(),
      typeOrm('orders'),
    ];
    let app = await startApp(imports('1'), undefined, { providers: [Both] });
    expect(app.get(Both).orders).toBe(app.get(getSyncServiceToken('orders')));
    expect(app.get(Both).orders.status().database).toBe('orders');
    await app.get(DataSource).query('CREATE TABLE a (x)');
    await app.get<DataSource>(getDataSourceToken('orders')).query('CREATE TABLE o (x)');
    await app.close();

    app = await startApp(imports('2'));
    const tables = (of: DataSource) => of.query('SELECT name FROM sqlite_master');
    expect(await tables(app.get(DataSource))).toEqual([{ name: 'a' }]);
    expect(await tables(app.get<DataSource>(getDataSourceToken('orders')))).toEqual([
      { name: 'o' },
    ]);
    await app.close();
  });
});

async function namesIn(store: ObjectStore): Promise<string[]> {
  const names: string[] = [];
  for await (const { key } of store.list('')) names.push(key);
  return names;
}
