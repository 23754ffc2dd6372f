import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import {
  createSqliteEngine,
  formatBytes,
  formatCount,
  formatTime,
  openFromOutside,
  systemClock,
  type Verification,
  verifyReplica,
} from '../access';
import type { CliCommand } from '../cli-command';
import { dated } from '../dated';
import { demandFolder } from '../demand-folder';
import { EXIT, type ExitCode } from '../exit-code';
import type { Output } from '../output';
import type { SharedOptions } from '../shared-options';
import { watchReplica } from '../watch-replica';
import { namedOnce } from './restore.command';

interface VerifyOptions extends SharedOptions {
  readonly full?: boolean;
  readonly tmp?: string;
}

/** TXIDs that are listed one by one before they are only counted. */
const POINTS_LISTED = 20;

export const verifyCommand: CliCommand<VerifyOptions> = {
  name: 'verify',
  summary: 'read everything and restore the newest state for the proof',
  description:
    'Reads every file of the replica, checks its checksum and that it continues the one before, restores the newest state into a temporary file and lets SQLite check that. Ends with 1 where anything is not whole.',
  examples: [
    ['verify', 'all files, and quick_check of the newest state'],
    ['verify --full', 'the same with integrity_check'],
  ],
  addOptions: (command: Command) =>
    command
      .option('--full', "SQLite's integrity_check instead of quick_check")
      .option('--tmp <folder>', 'where there is room for the database once', tmpdir()),
  run: verify,
};

async function verify(options: VerifyOptions, output: Output): Promise<ExitCode> {
  const { access, hints } = await openFromOutside(options);
  demandFolder(path.resolve(options.tmp ?? tmpdir()), '--tmp');
  const folder = mkdtempSync(path.join(options.tmp ?? tmpdir(), 'nestjs-persistence-verify-'));
  try {
    const found = await verifyReplica({
      store: access.replica,
      engine: createSqliteEngine({ path: path.join(folder, 'verify.db') }),
      clock: systemClock,
      verify: options.full ? 'full' : 'quick',
      onEvent: watchReplica(output),
      ...hints,
    });
    const { whole, newest, ...rest } = found;
    output.result(whole, { ...rest, newest: newest && dated(newest) }, linesOf(found));
    return whole ? EXIT.ok : EXIT.failed;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function linesOf({
  whole,
  files,
  bytes,
  damaged,
  lostPoints,
  newest,
  error,
}: Verification): string[] {
  const read = `${formatCount(files, 'file')}, ${formatBytes(bytes)}`;
  return [
    whole ? `Whole: ${read}.` : `NOT whole: ${read}, ${damaged.length} damaged.`,
    ...damaged.map((file) => `  ${namedOnce(file)}`),
    ...(lostPoints.length === 0 ? [] : [pointsLine(lostPoints)]),
    newest
      ? `The newest state, TXID ${newest.txid} of ${formatTime(newest.time)}, was restored and is sound.`
      : 'The newest state cannot be restored.',
    ...(error ? [`${error.code}: ${error.message}`, `  ${error.hint}`] : []),
  ];
}

function pointsLine(points: readonly number[]): string {
  const listed = points.slice(0, POINTS_LISTED).join(', ');
  const more = points.length > POINTS_LISTED ? `, ... (${points.length} in all)` : '';
  return `Restore points lost with them: TXID ${listed}${more}.`;
}
