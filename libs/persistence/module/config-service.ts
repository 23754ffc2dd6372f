import type { InjectionToken, OptionalFactoryDependency } from '@nestjs/common';

/** `ConfigService` where @nestjs/config is installed and imported in the app; undefined is injected elsewhere. */
export function configServiceDependency(): OptionalFactoryDependency {
  return { token: configServiceToken(), optional: true };
}

function configServiceToken(): InjectionToken {
  try {
    // Loaded on use: an app without @nestjs/config needs none.
    return (require('@nestjs/config') as { ConfigService: InjectionToken }).ConfigService;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'MODULE_NOT_FOUND') throw error;
    return 'PERSISTENCE_NO_CONFIG_SERVICE';
  }
}
