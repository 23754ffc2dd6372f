import { compatibleOf, COMPATIBLES, STORE_PRICES, type StorePrices } from '../../libs/storage';
import { ALL_CASES, type CaseResult, PROVIDER } from './contract-run';

/** What is kept of one run: a column of the table. */
export interface Report {
  readonly store: string;
  readonly server: string;
  readonly results: readonly CaseResult[];
}

/** Cells of the table, by the promise; wrappers in a line of their own. */
export interface Column {
  readonly store: string;
  readonly server: string;
  readonly outcomes: Readonly<Record<string, CaseResult['outcome']>>;
  /** Of all wrappers together. */
  readonly wrappers: { readonly passed: number; readonly failed: number };
}

export function columnOf({ store, server, results }: Report): Column {
  const own = results.filter(({ subject }) => subject === PROVIDER);
  const wrapped = results.filter(({ subject }) => subject !== PROVIDER);
  const count = (wanted: string) => wrapped.filter(({ outcome }) => outcome === wanted).length;
  return {
    store,
    server,
    outcomes: Object.fromEntries(own.map(({ name, outcome }) => [name, outcome])),
    wrappers: { passed: count('passed'), failed: count('failed') },
  };
}

/** Promises that a column lacks, and what it has that is no promise any more. */
export function problemsOf(column: Column, cases: readonly string[] = ALL_CASES): string[] {
  const at = `${column.store} (${column.server})`;
  const again = 'run npm run contract -- --table with that store';
  return [
    ...cases
      .filter((name) => column.outcomes[name] === undefined)
      .map((name) => `No result of ${at} for "${name}": ${again}.`),
    ...Object.keys(column.outcomes)
      .filter((name) => !cases.includes(name))
      .map((name) => `A result of ${at} for "${name}", which is no promise: ${again}.`),
  ];
}

const CELLS: Readonly<Record<CaseResult['outcome'], string>> = {
  passed: '✓',
  failed: '**no**',
  'not claimed': '–',
  'not tested': '?',
};

/** The page `docs/stores.md`. */
export function tablePage(columns: readonly Column[]): string {
  return [
    '# What each store promises',
    '',
    'Written by `npm run contract -- --store <name> --table` from runs of the contract; a promise without a result fails `npm run contract -- --check`.',
    '',
    '✓ kept · – not claimed by the store, and not relied on there · ? cannot be tried there · **no** broken',
    '',
    ...promiseTable(columns),
    '',
    '## Services that speak S3',
    '',
    'What is known of them, from where. Whatever it says here, the first start tries the conditions of a store with racing writers, and refuses one that does not keep them (`STORE_NOT_CONDITIONAL`).',
    '',
    ...compatiblesTable(),
    '',
    '## What they charge',
    '',
    'US dollars, without traffic, taxes and free allowances; prices change, and differ by region.',
    '',
    ...pricesTable(),
    '',
  ].join('\n');
}

function promiseTable(columns: readonly Column[]): string[] {
  const wrappers = columns.map(({ wrappers: { passed, failed } }) =>
    failed > 0 ? `**${failed} broken**` : passed > 0 ? `✓ (${passed})` : '?',
  );
  return [
    row('promise', ...columns.map(({ store }) => store)),
    row('---', ...columns.map(() => ':-:')),
    row('_served by_', ...columns.map(({ server }) => `_${server}_`)),
    ...ALL_CASES.map((name) =>
      row(name, ...columns.map(({ outcomes }) => CELLS[outcomes[name] ?? 'not tested'])),
    ),
    row('all of it again, in every wrapper', ...wrappers),
  ];
}

function compatiblesTable(): string[] {
  return [
    row('service', 'conditional writes', 'what to know', 'from'),
    row('---', '---', '---', '---'),
    ...[...COMPATIBLES, compatibleOf('http://localhost')].map(
      ({ name, conditionalWrites, remark, writesPerKeyPerSecond, sources }) =>
        row(
          name,
          conditionalWrites,
          [
            remark,
            writesPerKeyPerSecond && `At most ${writesPerKeyPerSecond} write of one key a second.`,
          ]
            .filter(Boolean)
            .join(' '),
          sources.map((source, i) => `[${i + 1}](${source})`).join(' '),
        ),
    ),
  ];
}

function pricesTable(): string[] {
  return [
    row('store', 'a million puts or lists', 'a million gets', 'a GB for a month', 'read'),
    row('---', '--:', '--:', '--:', '---'),
    ...Object.values<StorePrices>(STORE_PRICES).map(
      ({ name, perMillion, gbMonth, read, source, remark }) =>
        row(
          remark === undefined ? name : `${name}. ${remark}`,
          perMillion.put.toFixed(2),
          perMillion.get.toFixed(2),
          `${gbMonth}`,
          `[${read}](${source})`,
        ),
    ),
  ];
}

const row = (...cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
