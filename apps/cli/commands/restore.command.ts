import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import {
  createRescue,
  type EmergencyResult,
  formatBytes,
  formatCount,
  formatDuration,
  formatTime,
  openFromOutside,
  PersistenceError,
  type RestoreResult,
} from '../access';
import type { CliCommand } from '../cli-command';
import { dated } from '../dated';
import { EXIT, type ExitCode } from '../exit-code';
import type { Output } from '../output';
import { demandFolder } from '../demand-folder';
import { parseMoment, parseWholeNumber, type SharedOptions } from '../shared-options';
import { watchReplica } from '../watch-replica';

interface RestoreCommandOptions extends SharedOptions {
  readonly to?: string;
  /** ms since 1970. */
  readonly at?: number;
  readonly txid?: number;
  readonly emergency?: boolean;
  readonly full?: boolean;
  readonly force?: boolean;
}

export const restoreCommand: CliCommand<RestoreCommandOptions> = {
  name: 'restore',
  summary: 'bring a state back into a new file',
  description:
    'Restores the newest state, the one of a TXID, or the newest from before a moment into a new file, and checks it. Nothing stands at the path before all of it is there.',
  examples: [
    ['restore --to rescued.db', 'the newest state'],
    [
      'restore --at 2026-11-21T10:00:00Z --to before.db',
      'the newest state from before that moment',
    ],
    ['restore --txid 812 --to 812.db', 'the state of a TXID, for example one of restore-points'],
    [
      'restore --emergency --to rescued.db',
      'the newest state that is whole, and what is lost behind it',
    ],
  ],
  addOptions: (command: Command) =>
    command
      .option('-o, --to <file>', 'the new file (default: restored-<database>.db)')
      .addOption(
        new Option('--at <time>', 'a moment with its time zone, exclusive')
          .argParser(parseMoment)
          .conflicts(['txid', 'emergency']),
      )
      .addOption(
        new Option('--txid <number>', 'the state of this TXID')
          .argParser(parseWholeNumber)
          .conflicts(['at', 'emergency']),
      )
      .option('--emergency', 'the newest state that is whole, whatever is wrong with the replica')
      .option('--full', "SQLite's integrity_check instead of quick_check at the end")
      .option('--force', 'where the file exists: keep it as <file>.before-<time> and restore'),
  run: restore,
};

async function restore(options: RestoreCommandOptions, output: Output): Promise<ExitCode> {
  const { access, plain, hints, settings } = await openFromOutside(options);
  const to = path.resolve(options.to ?? `restored-${settings.name}.db`);
  const replace = checkTarget(to, options.force ?? false);
  const rescue = createRescue({
    store: access.replica,
    plain,
    hints,
    replace,
    verify: options.full ? 'full' : 'quick',
    onEvent: watchReplica(output),
    onWarning: (line) => output.note(line),
  });
  if (options.emergency) {
    const rescued = await rescue.emergencyRestore({ to });
    const lines = [...restoredLines(rescued), ...lossLines(rescued), ...backupLines(rescued)];
    output.result(true, dated(rescued), lines);
    return EXIT.ok;
  }
  const { at, txid } = options;
  const restored = await rescue.restore({
    to,
    ...(at !== undefined && { at }),
    ...(txid !== undefined && { txid }),
  });
  output.result(true, dated(restored), restoredLines(restored));
  return EXIT.ok;
}

/** Before anything is downloaded. Returns whether something has to give way. */
export function checkTarget(to: string, force: boolean): boolean {
  demandFolder(path.dirname(to), '--to');
  const present = ['', '-wal', '-shm', '-journal']
    .map((suffix) => to + suffix)
    .find((file) => existsSync(file));
  if (present === undefined || force) return present !== undefined;
  throw new PersistenceError('RESTORE_TARGET_EXISTS', `${present} exists.`, {
    hint: 'Choose another --to, or say --force: what is there is then kept as <file>.before-<time>.',
  });
}

export function restoredLines(
  { path: file, txid, time, bytes, durationMs, setAside }: RestoreResult,
  done = 'Restored',
): string[] {
  const restored = `${done} TXID ${txid} of ${formatTime(time)} into ${file}: ${formatBytes(bytes)} in ${formatDuration(durationMs)}, checked.`;
  return setAside === undefined ? [restored] : [restored, `What was there is now ${setAside}.`];
}

function lossLines({ lost, leftOut }: EmergencyResult): string[] {
  const stood = leftOut.map((file) => `  ${namedOnce(file)}`);
  const out =
    stood.length === 0
      ? []
      : ['Left out, because they are damaged or not of this history:', ...stood];
  if (lost === null) return ['Nothing that the replica lists is lost.', ...out];
  const range =
    lost.fromTxid === lost.toTxid
      ? `TXID ${lost.fromTxid}`
      : `TXIDs ${lost.fromTxid} to ${lost.toTxid}`;
  return [`Lost behind it: ${range} (${formatCount(lost.files, 'file')} of the log).`, ...out];
}

/** Some reasons name the file themselves. */
export const namedOnce = ({ key, reason }: EmergencyResult['leftOut'][number]): string =>
  reason.includes(key) ? reason : `${key}: ${reason}`;

function backupLines({ newerBackup }: EmergencyResult): string[] {
  if (newerBackup === undefined) return [];
  const { key, txid } = newerBackup;
  return [`The plain backup ${key} in the store holds TXID ${txid}, which is newer: take that.`];
}
