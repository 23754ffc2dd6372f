import { withServer } from '../contract/own-server';
import { crashRun } from './crash-run';
import { readOptions, USAGE } from './options';
import { heading, lifeLine, summary } from './report';

/** Resolves to the exit code: 0 passed, 1 something was lost or the run does not count, 2 it could not be run. */
export async function crashCli(args: readonly string[]): Promise<number> {
  try {
    const { help, server, ...options } = readOptions(args);
    if (help) {
      console.log(USAGE);
      return 0;
    }
    console.log(
      `${options.lives} lives, store ${options.store}${server === undefined ? '' : ` (${server})`}, durability ${options.durability}, seed ${options.seed}\n${heading()}`,
    );
    const result = await withServer(server, () =>
      crashRun({ ...options, onLife: (report) => console.log(lifeLine(report)) }),
    );
    for (const text of summary(result)) console.log(text);
    return result.failures.length === 0 ? 0 : 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
}
