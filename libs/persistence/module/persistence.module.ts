import { type DynamicModule, Global, Module } from '@nestjs/common';
import type { TypeOrmModuleAsyncOptions } from '@nestjs/typeorm';
import { PersistenceError } from '../../errors';
import type { PersistenceTypeOrmOptions } from '../typeorm/typeorm-options';
import type { PersistenceAsyncOptions, PersistenceOptions } from './persistence-options';

@Global()
@Module({})
export class PersistenceModule {
  static forRoot(_options: PersistenceOptions = {}): DynamicModule {
    throw new PersistenceError('INTERNAL', 'Not here yet.');
  }

  static forRootAsync(_options: PersistenceAsyncOptions): DynamicModule {
    throw new PersistenceError('INTERNAL', 'Not here yet.');
  }

  /** For `TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ entities: [User] }))`: TypeORM then waits for the restore. */
  static typeOrm(_options: PersistenceTypeOrmOptions = {}): TypeOrmModuleAsyncOptions {
    throw new PersistenceError('INTERNAL', 'Not here yet.');
  }
}
