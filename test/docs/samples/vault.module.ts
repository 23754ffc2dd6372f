// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import { Injectable, Module } from '@nestjs/common';
import { PersistenceModule } from 'nestjs-persistence';
import { s3, S3StorageProvider, type S3Settings } from 'nestjs-persistence/storage/s3';
import { Vault } from './vault';

/** Opens the bucket with keys that are fetched when the app starts. */
@Injectable()
class KeysFromVault extends S3StorageProvider {
  constructor(private readonly vault: Vault) {
    super();
  }

  override async open(settings: S3Settings) {
    return super.open({ ...settings, ...(await this.vault.keys()) });
  }
}

@Module({
  providers: [Vault, { provide: S3StorageProvider, useClass: KeysFromVault }],
  exports: [S3StorageProvider],
})
class KeysModule {}

@Module({
  imports: [
    PersistenceModule.forRootAsync({
      imports: [KeysModule],
      useFactory: () => ({ storage: s3({ bucket: 'my-app-database' }) }),
    }),
  ],
})
export class VaultedModule {}
