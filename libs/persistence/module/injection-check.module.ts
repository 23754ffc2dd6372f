import { Logger, Module } from '@nestjs/common';
import { ModuleRef, ModulesContainer } from '@nestjs/core';
import { findMissingDatabase } from './find-missing-database';
import { logFailure } from './log-failure';
import { moduleMissing } from './module-missing';

/**
 * Somebody injects the `SyncService` of a database that no module was imported for: Nest would only say that it cannot
 * resolve a dependency. Comes with every import of ours. Nest builds all modules at once, and the first failure is the one
 * that it reports: if that is its own, the line in the log still says what to write.
 */
@Module({
  providers: [
    {
      provide: 'PERSISTENCE_INJECTION_CHECK',
      inject: [ModuleRef],
      useFactory: (moduleRef: ModuleRef) =>
        logFailure(new Logger('Persistence'), () => {
          const missing = findMissingDatabase(moduleRef.get(ModulesContainer, { strict: false }));
          if (missing !== undefined) throw moduleMissing(missing);
          return true;
        }),
    },
  ],
})
export class InjectionCheckModule {}
