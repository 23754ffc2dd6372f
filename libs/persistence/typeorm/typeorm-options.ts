import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { TypeOrmDataSourceFactory, TypeOrmModuleOptions } from '@nestjs/typeorm';

/** TypeORM options of the app. Driver and database path are ours: naming other ones is refused. */
export type TypeOrmSettings = Omit<TypeOrmModuleOptions, 'type' | 'database'>;

export type PersistenceTypeOrmOptions =
  (TypeOrmSettings & { readonly useFactory?: undefined }) | PersistenceTypeOrmAsyncOptions;

export interface PersistenceTypeOrmAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly name?: string;
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: (
    // oxlint-disable-next-line typescript/no-explicit-any -- what Nest injects has no common type
    ...dependencies: any[]
  ) => TypeOrmSettings | Promise<TypeOrmSettings>;
  readonly dataSourceFactory?: TypeOrmDataSourceFactory;
}
