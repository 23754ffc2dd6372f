import { registerAs } from '@nestjs/config';
import { DEFAULT_NAME } from './default-name';
import { appEnvironment } from './environment';
import { optionsFromEnvironment } from './options-from-environment';
import { OPTION_VARIABLES } from './options.schema';
import type { PersistenceOptions } from './persistence-options';

/**
 * The options as the environment says them, for @nestjs/config under the name `persistence`. Where the replica lives stays
 * a decision of the module, by the same environment.
 *
 * @example
 * imports: [
 *   ConfigModule.forRoot({ load: [persistenceConfig] }),
 *   PersistenceModule.forRootAsync(persistenceConfig.asProvider()),
 * ]
 */
export const persistenceConfig = registerAs('persistence', (): PersistenceOptions => {
  const environment = appEnvironment(undefined);
  const database = environment(OPTION_VARIABLES.database);
  return {
    ...optionsFromEnvironment(environment, DEFAULT_NAME),
    ...(database === undefined ? {} : { database }),
  };
});
