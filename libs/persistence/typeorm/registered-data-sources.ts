import type { InjectionToken } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { DEFAULT_NAME } from '../module/default-name';

/** Under which a TypeORM module keeps its options. The package exports it nowhere. */
const TYPEORM_OPTIONS = 'TypeOrmModuleOptions';

/** A DataSource that a module of the app offers under a name; what is not there yet is undefined. */
export interface RegisteredDataSource {
  readonly dataSource: DataSource | undefined;
  readonly options: Partial<DataSource['options']> | undefined;
}

/**
 * Every DataSource of that name in the app. Nest allows several of one name, and which of them a repository gets goes by
 * the order of imports, so that one found by its token says nothing of the others.
 */
export function registeredDataSources(
  name: string,
  modules: ModulesContainer,
): RegisteredDataSource[] {
  const token = tokenOf(name);
  if (token === undefined) return [];
  const found: RegisteredDataSource[] = [];
  for (const { providers } of modules.values()) {
    const provider = providers.get(token);
    if (provider === undefined) continue;
    const dataSource = (provider.instance ?? undefined) as DataSource | undefined;
    const given: unknown = providers.get(TYPEORM_OPTIONS)?.instance ?? undefined;
    const options =
      dataSource === undefined ? (given as DataSource['options']) : dataSource.options;
    found.push({ dataSource, options });
  }
  return found;
}

function tokenOf(name: string): InjectionToken | undefined {
  try {
    // Loaded on use: an app that works with Drizzle or Kysely has no TypeORM.
    const { getDataSourceToken } = require('@nestjs/typeorm') as typeof import('@nestjs/typeorm');
    return getDataSourceToken(name === DEFAULT_NAME ? undefined : name) as InjectionToken;
  } catch {
    return undefined;
  }
}
