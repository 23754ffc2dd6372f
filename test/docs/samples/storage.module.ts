import { Module } from '@nestjs/common';
import { PersistenceModule } from 'nestjs-persistence';
import { MapStore } from './map-store';

@Module({
  imports: [PersistenceModule.forRoot({ storage: MapStore })],
})
export class StorageModule {}
