import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import type { DatabaseLife } from '../database/database-life';
import { logFailure } from '../module/log-failure';
import { lifeToken } from '../module/tokens';
import { Schedule } from '../schedule/schedule';
import { findRegistry } from '../schedule/scheduler-registry';
import { checkDataSource } from '../typeorm/check-data-source';
import { PersistenceLifecycle } from './persistence-lifecycle';

/**
 * Not global, on purpose: Nest runs shutdown hooks by import depth and those of global modules last. TypeORM's is global
 * and closes the connection, so the last drain runs before it, while HTTP is closed already.
 */
@Module({})
export class PersistenceLifecycleModule {
  static register(name: string): DynamicModule {
    return {
      module: PersistenceLifecycleModule,
      providers: [
        {
          provide: `PERSISTENCE_LIFECYCLE:${name}`,
          inject: [lifeToken(name), ModuleRef, ModulesContainer],
          useFactory: (life: DatabaseLife, moduleRef: ModuleRef, modules: ModulesContainer) =>
            new PersistenceLifecycle(
              life,
              () => logFailure(new Logger('Persistence'), () => checkDataSource(life, modules)),
              () => new Schedule({ tasks: life.tasks, registry: findRegistry(moduleRef) }),
            ),
        },
      ],
    };
  }
}
