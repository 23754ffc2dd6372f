import { KINDS } from './app/open-app';
import { GROUPS } from './cases';
import { runCase } from './run-case';
import type { TablePart, TableRow } from './table';

/** Runs every case on both DataSources, one after the other. */
export async function runTable(onRow: (row: TableRow) => void = () => {}): Promise<TablePart[]> {
  const parts: TablePart[] = [];
  for (const group of GROUPS) {
    const rows: TableRow[] = [];
    for (const each of group.cases) {
      const [ours, stock] = [await runCase(KINDS[0], each), await runCase(KINDS[1], each)];
      const row = { each, results: { ours, stock } };
      rows.push(row);
      onRow(row);
    }
    parts.push({ group, rows });
  }
  return parts;
}
