import { type Command, InvalidArgumentError } from 'commander';
import { createRescue, formatTime, openFromOutside, type RestorePoint } from '../access';
import type { CliCommand } from '../cli-command';
import { dated } from '../dated';
import { EXIT, type ExitCode } from '../exit-code';
import type { Output } from '../output';
import { parseMoment, parseWholeNumber, type SharedOptions } from '../shared-options';
import { watchReplica } from '../watch-replica';

interface RestorePointsOptions extends SharedOptions {
  readonly limit: number;
  /** ms since 1970. */
  readonly from?: number;
  readonly to?: number;
}

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 1_000;

export const restorePointsCommand: CliCommand<RestorePointsOptions> = {
  name: 'restore-points',
  summary: 'list the states that can be restored exactly',
  description:
    'Lists what can be restored exactly, newest first. A restore to any moment gives the newest of them from before it.',
  examples: [
    ['restore-points', `the newest ${DEFAULT_LIMIT}`],
    ['restore-points --to 2026-11-21T10:00:00Z --limit 5', 'the last five before that moment'],
  ],
  addOptions: (command: Command) =>
    command
      .option('--limit <number>', `how many, at most ${MAX_LIMIT}`, parseLimit, DEFAULT_LIMIT)
      .option('--from <time>', 'not older than this moment', parseMoment)
      .option('--to <time>', 'from before this moment', parseMoment),
  run: list,
};

async function list(options: RestorePointsOptions, output: Output): Promise<ExitCode> {
  const { access, hints } = await openFromOutside(options);
  const { limit, from, to } = options;
  const points = await createRescue({
    store: access.replica,
    hints,
    onEvent: watchReplica(output),
    onWarning: (line) => output.note(line),
  }).restorePoints({ limit, ...(from !== undefined && { from }), ...(to !== undefined && { to }) });
  output.result(true, { points: points.map(dated) }, linesOf(points, limit));
  return EXIT.ok;
}

function linesOf(points: readonly RestorePoint[], limit: number): string[] {
  if (points.length === 0) return ['There is no restore point there.'];
  const width = String(points[0]!.txid).length;
  const lines = points.map(
    ({ txid, time, level }) =>
      `${formatTime(time)}  TXID ${String(txid).padStart(width)}  ${KINDS[level] ?? MERGED}`,
  );
  const older = `Older ones: --to ${formatTime(points.at(-1)!.time)}`;
  return points.length < limit ? lines : [...lines, older];
}

const MERGED = 'merged';
const KINDS: Readonly<Record<number, string>> = { 0: 'entry', 9: 'snapshot' };

function parseLimit(text: string): number {
  const limit = parseWholeNumber(text);
  if (limit > MAX_LIMIT) throw new InvalidArgumentError(`It must be at most ${MAX_LIMIT}.`);
  return limit;
}
