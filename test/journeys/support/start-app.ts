import type { LoggerService, ModuleMetadata } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import {
  PersistenceModule,
  type PersistenceOptions,
  type PersistenceTypeOrmOptions,
} from 'nestjs-persistence';

/** What an app wrote to its log, one line each: `warn Persistence: ...`. */
export class AppLog implements LoggerService {
  readonly lines: string[] = [];

  log(line: unknown, context?: unknown): void {
    this.lines.push(`log ${String(context)}: ${String(line)}`);
  }

  warn(line: unknown, context?: unknown): void {
    this.lines.push(`warn ${String(context)}: ${String(line)}`);
  }

  error(line: unknown, ...rest: unknown[]): void {
    this.lines.push(`error ${String(rest.at(-1))}: ${String(line)}`);
  }

  /** Lines of ours. */
  get ours(): string[] {
    return this.lines.filter((line) => /^\w+ Persistence\b/.test(line));
  }
}

/** An app from its imports, initialised; whoever starts it closes it. */
export async function startApp(
  imports: NonNullable<ModuleMetadata['imports']>,
  log: AppLog = new AppLog(),
  rest: Omit<ModuleMetadata, 'imports'> = {},
): Promise<TestingModule> {
  const app = await Test.createTestingModule({ imports, ...rest })
    .setLogger(log)
    .compile();
  try {
    return await app.init();
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** The two imports of the documentation. */
export function persistence(
  options: PersistenceOptions,
  typeOrm: PersistenceTypeOrmOptions = {},
): NonNullable<ModuleMetadata['imports']> {
  return [
    PersistenceModule.forRoot(options),
    TypeOrmModule.forRootAsync(PersistenceModule.typeOrm(typeOrm)),
  ];
}
