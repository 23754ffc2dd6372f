import type { InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { PersistenceHealthIndicator } from '../health/persistence-health.indicator';
import { SyncService } from '../sync.service';
import { DEFAULT_NAME } from './default-name';
import { nameOfSyncServiceToken, presenceToken } from './tokens';

type ModuleOfApp = ModulesContainer extends Map<string, infer M> ? M : never;
type Wrapper = ModuleOfApp['providers'] extends Map<unknown, infer W> ? W : never;

/**
 * Name of a database whose `SyncService` (or the health of all) is injected somewhere although no module of the app offers
 * it.
 */
export function findMissingDatabase(modules: ModulesContainer): string | undefined {
  const offered = new Set<InjectionToken>();
  for (const { providers } of modules.values()) {
    for (const token of providers.keys()) offered.add(token as InjectionToken);
  }
  for (const module of modules.values()) {
    for (const wrapper of wrappersOf(module)) {
      for (const token of injectedTokens(wrapper)) {
        const name = nameOf(token);
        // One that the app offers by itself (a stub in a test) is as good.
        if (name === undefined || offered.has(token as InjectionToken)) continue;
        if (!offered.has(presenceToken(name))) return name;
      }
    }
  }
  return undefined;
}

function* wrappersOf(module: ModuleOfApp): Generator<Wrapper> {
  yield* module.providers.values();
  yield* module.controllers.values() as Iterable<Wrapper>;
  yield* module.injectables.values() as Iterable<Wrapper>;
}

/** What Nest will look for: the tokens of a factory, or of a class's constructor and properties. */
function injectedTokens({ metatype, inject }: Wrapper): unknown[] {
  if (Array.isArray(inject)) return inject.filter((each) => !isOptional(each));
  if (typeof metatype !== 'function') return [];
  const types = metadata<unknown[]>('design:paramtypes', metatype) ?? [];
  const named = metadata<{ index: number; param: unknown }[]>('self:paramtypes', metatype) ?? [];
  const optional = metadata<number[]>('optional:paramtypes', metatype) ?? [];
  const tokens = [...types];
  for (const { index, param } of named) tokens[index] = param;
  const properties = metadata<{ type: unknown }[]>('self:properties_metadata', metatype) ?? [];
  return [
    ...tokens.filter((_, index) => !optional.includes(index)),
    ...properties.map(({ type }) => type),
  ];
}

function metadata<T>(key: string, target: object): T | undefined {
  return Reflect.getMetadata(key, target) as T | undefined;
}

function isOptional(dependency: unknown): boolean {
  return typeof dependency === 'object' && dependency !== null && 'optional' in dependency;
}

function nameOf(token: unknown): string | undefined {
  if (token === SyncService || token === PersistenceHealthIndicator) return DEFAULT_NAME;
  return typeof token === 'string' ? nameOfSyncServiceToken(token) : undefined;
}
