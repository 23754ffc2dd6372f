import type { Provider } from '@nestjs/common';
import { PersistenceError } from '../../errors';
import type { PersistenceAsyncOptions, PersistenceOptionsFactory } from './persistence-options';
import { optionsToken } from './tokens';

/** The provider of the raw options, and of the class that makes them where it is ours to build. */
export function optionsProviders(name: string, options: PersistenceAsyncOptions): Provider[] {
  const provide = optionsToken(name);
  const { useFactory, useClass, useExisting, inject = [] } = options;
  if (useFactory !== undefined) return [{ provide, useFactory, inject }];
  const factory = useExisting ?? useClass;
  if (factory === undefined) {
    throw new PersistenceError(
      'OPTION_INVALID',
      'PersistenceModule.forRootAsync() needs useFactory, useClass or useExisting.',
      {
        hint: 'Write forRootAsync({ inject: [ConfigService], useFactory: (config) => ({ ... }) }).',
      },
    );
  }
  const fromFactory: Provider = {
    provide,
    useFactory: (made: PersistenceOptionsFactory) => made.createPersistenceOptions(),
    inject: [factory],
  };
  return useClass === undefined ? [fromFactory] : [fromFactory, { provide: useClass, useClass }];
}
