import { writeFile } from 'node:fs/promises';
import { type CliOptions, readOptions, USAGE } from './cli-options';
import { type CaseResult, runContract } from './contract-run';
import { openPlace, type StoreName } from './place';
import { withServer } from './own-server';
import { checkTable, keepResults, writeTable } from './table-files';

/** Resolves to the exit code: 0 all kept, 1 a promise is broken or the table is not right, 2 it could not be run. */
export async function contractCli(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options.help) {
      console.log(USAGE);
      return 0;
    }
    if (options.check) return await check();
    const { store } = options;
    const kept =
      store === undefined || (await withServer(options.server, () => run(store, options)));
    if (options.table) await writeTable();
    return kept ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
}

async function check(): Promise<number> {
  const problems = await checkTable();
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? 0 : 1;
}

/** Whether every promise was kept. */
async function run(name: StoreName, { wrappers, json, table }: CliOptions): Promise<boolean> {
  const place = await openPlace(name);
  const results: CaseResult[] = [];
  try {
    console.log(`${name}: ${place.server}`);
    for await (const result of runContract(place, wrappers)) {
      if (result.subject !== results.at(-1)?.subject) console.log(`\n${result.subject}`);
      console.log(line(result));
      results.push(result);
    }
  } finally {
    await place.close();
  }
  console.log(`\n${summary(results)}`);
  const report = { store: name, server: place.server, results };
  if (json !== undefined) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  if (table) await keepResults(report);
  return results.every(({ outcome }) => outcome !== 'failed');
}

const MARKS = { passed: 'ok', failed: 'FAILED', 'not claimed': '-', 'not tested': '?' } as const;

function line({ name, outcome, ms, error }: CaseResult): string {
  const why = outcome.startsWith('not') ? ` (${outcome})` : '';
  const text = `  ${MARKS[outcome].padEnd(6)} ${`${ms}`.padStart(6)} ms  ${name}${why}`;
  return error === undefined ? text : `${text}\n         ${error}`;
}

function summary(results: readonly CaseResult[]): string {
  const count = (outcome: CaseResult['outcome']) =>
    results.filter((result) => result.outcome === outcome).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('not claimed')} not claimed, ${count('not tested')} not tested`;
}
