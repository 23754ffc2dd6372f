import type { ModulesContainer } from '@nestjs/core';
import { DURABLE } from './durable.decorator';

type Class = abstract new (...parameters: never[]) => unknown;

/**
 * Where `@Durable()` stands without effect: on providers that Nest calls for no request. Names of classes and methods, as
 * `UsersService.create()`. Resolvers of GraphQL are providers, too, and are called for requests.
 */
export function misplacedDurable(modules: ModulesContainer): string[] {
  const classes = new Set<Class>();
  for (const { providers } of modules.values()) {
    for (const { metatype } of providers.values()) {
      if (typeof metatype === 'function') classes.add(metatype as Class);
    }
  }
  return [...classes].filter((each) => !answersRequests(each)).flatMap(marked);
}

function answersRequests(type: Class): boolean {
  const keys = Reflect.getMetadataKeys(type) as unknown[];
  return keys.some((key) => /^(?:graphql|websockets):/.test(String(key)));
}

function marked(type: Class): string[] {
  if (Reflect.hasMetadata(DURABLE, type)) return [type.name];
  const prototype = type.prototype as object | undefined;
  return Object.entries(Object.getOwnPropertyDescriptors(prototype ?? {}))
    .filter(([, { value }]) => typeof value === 'function' && Reflect.hasMetadata(DURABLE, value))
    .map(([name]) => `${type.name}.${name}()`);
}
