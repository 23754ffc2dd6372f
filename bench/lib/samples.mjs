import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { runChild } from './child.mjs';

/** Path of a sample database of that size, made once. */
export async function sample(megabytes, { out, log }) {
  const file = path.join(out, `sample-${megabytes}.db`);
  if (existsSync(file)) return file;
  log(`making a database of ${megabytes} MB`);
  await runChild('sample', { path: `${file}.new`, megabytes });
  renameSync(`${file}.new`, file);
  return file;
}
