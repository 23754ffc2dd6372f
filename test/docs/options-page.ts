import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  KNOWN_OPTIONS,
  OPTION_DEFAULTS,
  OPTION_VARIABLES,
} from '../../libs/persistence/module/options.schema';
import { PLATFORMS } from '../../libs/persistence/platform/platforms';
import { STORAGE_ROWS } from '../../libs/persistence/storage/storage-rows';

const SOURCE = join(__dirname, '../../libs/persistence/module/persistence-options.ts');

/** What has no fixed default. */
const DEPENDS: Partial<Record<string, string>> = {
  database: 'with a store a file in the local folder of the host, else `./data/<name>.db`',
  storage: 'by the variables below',
  application: "the name in the app's package.json",
  deployment: 'what the platform says (slot, environment, preview); `main` elsewhere',
  durability: '`async`; `confirmed` where the platform freezes the process behind an answer',
  shutdownTimeoutMs: '8,000; less where the platform gives less',
  backupCron: '',
};

/** What each option means, from the comments of the interface that an app sees. */
export function optionMeanings(): ReadonlyMap<string, string> {
  const source = readFileSync(SOURCE, 'utf8');
  const body = source.slice(source.indexOf('export interface PersistenceOptions {'));
  const members = body
    .slice(0, body.indexOf('\n}\n'))
    .matchAll(/\/\*\*([^]*?)\*\/\s*readonly (\w+)\?/g);
  return new Map(
    [...members].map(([, comment, name]) => [
      name!,
      comment!
        .split('\n')
        .map((line) => line.replace(/^\s*\* ?/, '').trim())
        .filter((line) => line !== '')
        .join(' '),
    ]),
  );
}

/** docs/options.md, from the options themselves. */
export function optionsPage(): string {
  const meanings = optionMeanings();
  const rows = KNOWN_OPTIONS.map((option) => [
    `\`${option}\``,
    meanings.get(option) ?? '',
    defaultOf(option),
    variableOf(option),
  ]);
  return [
    '# Options',
    '',
    'Of `PersistenceModule.forRoot({ ... })` and of what `forRootAsync` makes. An option goes before its variable, a variable before the default. A blank variable counts as absent. Names that end in `Ms` are milliseconds.',
    '',
    "A database with a name has variables of its own, with its name behind them: `DATABASE_PATH_ORDERS` for `forRoot({ name: 'orders' })`. Only `PERSISTENCE_ENABLED=false` without a name means all of them.",
    '',
    'This page is generated from `libs/persistence/module/persistence-options.ts` and `options.schema.ts`, and a test keeps them equal.',
    '',
    ...table(['option', 'meaning', 'default', 'variable'], rows),
    '',
    '## Where the replica is kept',
    '',
    'Without the option `storage` the first row counts of which a choosing variable is set. A variable that belongs to a row, without one that chooses it, is an error (`STORE_SETTINGS_INCOMPLETE`), so that data never end up local only by accident. `PERSISTENCE_STORAGE` goes before the rows.',
    '',
    ...table(['store', 'chosen by', 'belongs to it', '`PERSISTENCE_STORAGE`'], storageRows()),
    '',
    'The plain database file lies under the name that `S3_KEY` or `AZURE_BLOB_NAME` give it (default `<name>.db`; folders are allowed), the log of changes in a folder of that name with `.replica` behind it. S3 takes its credentials from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY` or whatever else the AWS provider chain finds; Azure without a connection string or `AZURE_STORAGE_KEY` uses the managed identity of the app.',
    '',
    '## Platforms',
    '',
    'Found out by their own variables. Where the process is frozen behind an answer, every answer waits until what was committed before it is stored.',
    '',
    ...table(
      ['platform', 'found by', 'time to stop', 'frozen behind an answer', 'several instances'],
      PLATFORMS.map((platform) => [
        platform.name,
        codes(platform.detectedBy),
        platform.graceMs === 0 ? 'none' : `${platform.graceMs / 1_000} s`,
        platform.freezes ? 'yes' : 'no',
        platform.runsSeveral ? 'yes: refused unless `ownership` is `trusted`' : 'no',
      ]),
    ),
    '',
  ].join('\n');
}

function defaultOf(option: string): string {
  const depends = DEPENDS[option];
  if (depends !== undefined) return depends;
  const value: unknown = Reflect.get(OPTION_DEFAULTS, option);
  return typeof value === 'number' ? value.toLocaleString('en-US') : `\`${String(value)}\``;
}

function variableOf(option: string): string {
  const variable: unknown = Reflect.get(OPTION_VARIABLES, option);
  return typeof variable === 'string' ? `\`${variable}\`` : '';
}

function storageRows(): string[][] {
  const rows = STORAGE_ROWS.map(({ store, choosing, belonging, names, plan }) => [
    plan === null ? `${store} (not built yet)` : store,
    codes(choosing),
    codes(belonging),
    codes(names),
  ]);
  return [...rows, ['nowhere: local only', '', '', codes(['none', 'local'])]];
}

const codes = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const lines = [head, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(lines[0]!), rule, ...lines.slice(1).map(line)];
}
