import { Module } from '@nestjs/common';
import { AzureBlobStorageProvider } from './azure-blob-storage.provider';
import { S3StorageProvider } from './s3-storage.provider';
import { TakenPlaces } from './taken-places';

/** The providers as they come. Imported behind the app's own modules, so that one of those that exports its own goes first. */
@Module({
  providers: [S3StorageProvider, AzureBlobStorageProvider, TakenPlaces],
  exports: [S3StorageProvider, AzureBlobStorageProvider, TakenPlaces],
})
export class StorageProvidersModule {}
