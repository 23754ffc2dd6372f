import { Module } from '@nestjs/common';
import { PersistenceModule } from 'nestjs-persistence';
import { azureBlob } from 'nestjs-persistence/storage/azure-blob';

@Module({
  imports: [PersistenceModule.forRoot({ storage: azureBlob({ account: 'myappdata' }) })],
})
export class AzureModule {}
