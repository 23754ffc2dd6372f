import type { Kind } from './app/open-app';
import { type CaseGroup, type IsolationCase } from './cases/isolation-case';
import type { CaseResult } from './run-case';

/** A line of the table: an operation on both DataSources. */
export interface TableRow {
  readonly each: IsolationCase;
  readonly results: Readonly<Record<Kind, CaseResult>>;
}

export interface TablePart {
  readonly group: CaseGroup;
  readonly rows: readonly TableRow[];
}

/**
 * Why a row cannot be in the table: ours is wrong, or what it says about the stock DataSource is not what was seen there.
 * Nothing where it is right.
 */
export function problemsOf({ each, results: { ours, stock } }: TableRow): string[] {
  const problems = ours.problems.map((problem) => `${each.operation}: ${problem}.`);
  if (each.onStock === undefined && stock.problems.length > 0) {
    problems.push(
      `${each.operation}: nothing is said of the stock DataSource (${stock.problems.join('; ')}).`,
    );
  }
  if (each.onStock !== undefined && stock.problems.length === 0) {
    problems.push(`${each.operation}: the stock DataSource is said to be wrong, and is right.`);
  }
  return problems;
}

/** In Markdown; how it is laid out is left to the formatter. */
export function table(parts: readonly TablePart[]): string {
  return parts
    .map(({ group, rows }) => [`### ${group.title}`, '', ...lines(rows)].join('\n'))
    .join('\n\n');
}

function lines(rows: readonly TableRow[]): string[] {
  return [
    line(
      'operation',
      'rows',
      'wake-ups',
      'ours',
      'rows on stock',
      'wake-ups on stock',
      'what goes wrong on stock',
    ),
    line('---', ':-:', ':-:', ':-:', ':-:', ':-:', '---'),
    ...rows.map(({ each, results: { ours, stock } }) =>
      line(
        each.operation,
        rowsCell(each, ours),
        wakesCell(each, ours),
        ours.problems.length === 0 ? '✓' : `**${ours.problems.join('; ')}**`,
        rowsCell(each, stock),
        wakesCell(each, stock),
        stock.problems.length === 0 ? '' : (each.onStock ?? stock.problems.join('; ')),
      ),
    ),
  ];
}

const rowsCell = ({ rows }: IsolationCase, { rows: { found, others } }: CaseResult): string =>
  `${found}/${rows.length}${others === 0 ? '' : ` and ${others} more`}`;

const wakesCell = ({ wakes }: IsolationCase, result: CaseResult): string =>
  `${result.wakes}/${wakes}`;

const line = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
