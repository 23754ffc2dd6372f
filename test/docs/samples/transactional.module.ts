import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { addTransactionalDataSource } from 'typeorm-transactional';
import { User } from './user.entity';

@Module({
  imports: [
    PersistenceModule.forRoot(),
    TypeOrmModule.forRootAsync(
      PersistenceModule.typeOrm({
        entities: [User],
        synchronize: true,
        dataSourceFactory: async (options) => addTransactionalDataSource(new DataSource(options!)),
      }),
    ),
  ],
})
export class TransactionalModule {}
