import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule } from 'nestjs-persistence';
import { HeldStore } from './held-store';
import { Item } from './item.entity';
import { ItemsController } from './items.controller';
import { StoreController } from './store.controller';

@Global()
@Module({ providers: [HeldStore], exports: [HeldStore] })
class HeldStoreModule {}

@Module({
  imports: [
    HeldStoreModule,
    PersistenceModule.forRootAsync({
      inject: [HeldStore],
      useFactory: (storage: HeldStore) => ({ storage }),
    }),
    TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ entities: [Item], synchronize: true })),
    TypeOrmModule.forFeature([Item]),
  ],
  controllers: [ItemsController, StoreController],
})
export class HoldModule {}
