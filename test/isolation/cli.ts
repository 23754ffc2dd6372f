import { type CliOptions, readOptions, USAGE } from './cli-options';
import { hasTable, writeTable } from './page';
import { runTable } from './run-table';
import { soakIsClean, soakTable } from './soak/report';
import { soak } from './soak/soak';
import { problemsOf, table, type TableRow } from './table';

/** Resolves to the exit code: 0 right, 1 our DataSource is wrong or the table is not, 2 it could not be run. */
export async function isolationCli(args: readonly string[]): Promise<number> {
  // What nobody awaited on the stock DataSource, whose failures are what is counted.
  const ignore = () => {};
  process.on('unhandledRejection', ignore);
  try {
    const options = readOptions(args);
    if (options.help) {
      console.log(USAGE);
      return 0;
    }
    return await (options.soak ? runSoak(options) : operations(options));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  } finally {
    process.off('unhandledRejection', ignore);
  }
}

async function operations(options: CliOptions): Promise<number> {
  const problems: string[] = [];
  const parts = await runTable((row) => {
    console.log(rowLine(row));
    problems.push(...problemsOf(row));
  });
  const text = table(parts);
  console.log(`\n${text}\n`);
  if (options.table) await writeTable(text);
  else if (!(await hasTable(text))) {
    problems.push('docs/isolation.md has another table: npm run isolation -- --table writes it.');
  }
  for (const problem of problems) console.error(problem);
  return problems.length === 0 ? 0 : 1;
}

const MARK_WIDTH = 8;

function rowLine({ each, results: { ours, stock } }: TableRow): string {
  const marks = [ours, stock].map(({ problems }) => (problems.length === 0 ? 'ok' : 'WRONG'));
  return `ours ${marks[0]!.padEnd(MARK_WIDTH)} stock ${marks[1]!.padEnd(MARK_WIDTH)} ${each.operation}`;
}

async function runSoak({ programs, rounds, seed }: CliOptions): Promise<number> {
  console.log(`${rounds} rounds of ${programs} clients at once, seed ${seed}`);
  const ours = await soak('ours', { programs, rounds, seed });
  const stock = await soak('stock', { programs, rounds, seed });
  console.log(`\n${soakTable({ ours, stock })}`);
  for (const [what, times] of ours.unexpected) console.error(`ours: ${times} x ${what}`);
  console.log(
    `\nagain: npm run isolation -- --soak --programs ${programs} --rounds ${rounds} --seed ${seed}`,
  );
  return soakIsClean(ours) ? 0 : 1;
}
