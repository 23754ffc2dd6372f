import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as prettier from 'prettier';
import { type Column, columnOf, problemsOf, type Report, tablePage } from './table';

const ROOT = path.join(__dirname, '..', '..');
const RESULTS = path.join(__dirname, 'results');
const PAGE = path.join(ROOT, 'docs', 'stores.md');
const ORDER = ['directory', 'azure', 's3', 'memory'];

/** Keeps what the table needs of a run, in place of an earlier one of that store and server. */
export async function keepResults(report: Report): Promise<void> {
  const name = `${report.store}-${report.server}`.replace(/[^a-z0-9]+/gi, '-').toLowerCase();
  await mkdir(RESULTS, { recursive: true });
  const text = `${JSON.stringify(columnOf(report), null, 2)}\n`;
  await writeFile(path.join(RESULTS, `${name}.json`), text);
}

export async function writeTable(): Promise<void> {
  await writeFile(PAGE, await page(await columns()));
}

/** What is wrong with the table; nothing where it is right. */
export async function checkTable(): Promise<string[]> {
  const all = await columns();
  const problems = all.flatMap((column) => problemsOf(column));
  for (const store of ORDER) {
    if (!all.some((column) => column.store === store)) problems.push(`No results of ${store}.`);
  }
  const written = await readFile(PAGE, 'utf8').catch(() => '');
  if (written !== (await page(all))) {
    problems.push('docs/stores.md is not what the results give: run npm run contract -- --table.');
  }
  return problems;
}

async function columns(): Promise<Column[]> {
  const files = (await readdir(RESULTS)).filter((file) => file.endsWith('.json')).sort();
  const read = async (file: string) =>
    JSON.parse(await readFile(path.join(RESULTS, file), 'utf8')) as Column;
  const found = await Promise.all(files.map(read));
  return found.sort((a, b) => ORDER.indexOf(a.store) - ORDER.indexOf(b.store));
}

async function page(all: readonly Column[]): Promise<string> {
  const options = await prettier.resolveConfig(PAGE);
  return prettier.format(tablePage(all), { ...options, parser: 'markdown' });
}
