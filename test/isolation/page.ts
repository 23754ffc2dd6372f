import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

export const PAGE = path.join(__dirname, '..', '..', 'docs', 'isolation.md');

const BEGIN = '<!-- table: written by npm run isolation -- --table -->';
const END = '<!-- end of table -->';

/** The page with another table between its marks. Throws where it has none. */
export function withTable(page: string, table: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${PAGE} has no marks for the table: ${BEGIN}`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${table}\n\n${page.slice(to)}`;
}

/** Whether the page has that table, whatever its layout. */
export async function hasTable(table: string): Promise<boolean> {
  const page = await readFile(PAGE, 'utf8');
  return laidOutPlainly(withTable(page, table)) === laidOutPlainly(page);
}

export async function writeTable(table: string): Promise<void> {
  // An ES module, which Jest cannot load on every Node; nothing of it is needed to compare.
  const prettier = await import('prettier');
  const options = await prettier.resolveConfig(PAGE);
  const page = withTable(await readFile(PAGE, 'utf8'), table);
  await writeFile(PAGE, await prettier.format(page, { ...options, parser: 'markdown' }));
}

/** Without the padding of cells and rules. */
function laidOutPlainly(page: string): string {
  return page
    .replace(/\s+/g, ' ')
    .replace(/(?<=\| ):?-+:?(?= \|)/g, '-')
    .trim();
}
