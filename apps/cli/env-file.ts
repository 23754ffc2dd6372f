import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { PersistenceError } from './access';

/**
 * Adds the variables of a file; what is set already stays, as apps have it too. Without a file named, those of `.env` where
 * the app would read them itself: it has @nestjs/config or dotenv. Returns the file that was read.
 */
export function readEnvFile(file: string | undefined, folder: string): string | null {
  const chosen = file ?? (appReadsEnvFiles(folder) ? '.env' : undefined);
  if (chosen === undefined) return null;
  const absolute = path.resolve(folder, chosen);
  if (file === undefined && !existsSync(absolute)) return null;
  for (const [name, value] of Object.entries(parseEnv(read(absolute)))) process.env[name] ??= value;
  return absolute;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new PersistenceError(
      'OPTION_INVALID',
      `The file of variables ${file} cannot be read: ${(cause as Error).message}.`,
      { hint: 'Name a file with lines like S3_BUCKET=my-bucket.', cause },
    );
  }
}

function appReadsEnvFiles(folder: string): boolean {
  const { resolve } = createRequire(path.join(folder, 'package.json'));
  return ['@nestjs/config', 'dotenv'].some((name) => {
    try {
      resolve(`${name}/package.json`);
      return true;
    } catch {
      return false;
    }
  });
}
