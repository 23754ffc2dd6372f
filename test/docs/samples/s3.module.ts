import { Module } from '@nestjs/common';
import { PersistenceModule } from 'nestjs-persistence';
import { s3 } from 'nestjs-persistence/storage/s3';

@Module({
  imports: [PersistenceModule.forRoot({ storage: s3({ bucket: 'my-app-database' }) })],
})
export class S3Module {}
