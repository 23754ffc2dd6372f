import type { Command } from 'commander';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatTime,
  isStoreError,
  openFromOutside,
  type OutsideView,
  PersistenceError,
  readBackupIdentity,
  type ReplicaSurvey,
  surveyReplica,
  systemClock,
} from '../access';
import type { CliCommand } from '../cli-command';
import { dated } from '../dated';
import { EXIT, type ExitCode } from '../exit-code';
import type { Output } from '../output';
import type { SharedOptions } from '../shared-options';

interface PlainBackup {
  readonly key: string;
  readonly bytes: number;
  /** ms since 1970. */
  readonly time: number;
  /** The state it holds; null for a file that is no backup of ours. */
  readonly txid: number | null;
}

export const statusCommand: CliCommand = {
  name: 'status',
  summary: 'what the store holds',
  description:
    'Says what the store holds of the database: the newest state, who wrote it, how much there is, and the plain backup. Asks the store, not the app, and claims nothing.',
  examples: [
    ['status', 'for people'],
    ['status --json', 'for programs'],
  ],
  addOptions: (command: Command) => command,
  run: status,
};

async function status(options: SharedOptions, output: Output): Promise<ExitCode> {
  const view = await openFromOutside(options);
  const survey = await surveyReplica({ store: view.access.replica, clock: systemClock });
  const backup = await findBackup(view);
  const { head, newestSnapshot, descriptor, ...rest } = survey;
  const whole = survey.problem === null;
  output.result(
    whole,
    {
      store: view.place,
      because: view.because,
      database: descriptor?.database ?? view.settings.name,
      application: descriptor?.application ?? null,
      deployment: descriptor?.deployment ?? null,
      lineage: descriptor?.lineage ?? null,
      head: head && dated(head),
      newestSnapshot: newestSnapshot && dated(newestSnapshot),
      backup: backup && dated(backup),
      ...rest,
    },
    linesOf(view, survey, backup, systemClock.now()),
  );
  return whole ? EXIT.ok : EXIT.failed;
}

async function findBackup({ plain }: OutsideView): Promise<PlainBackup | null> {
  if (plain === undefined) return null;
  const { store, key } = plain;
  try {
    const found = await store.head(key);
    const { size, time } = found;
    return { key, bytes: size, time, txid: readBackupIdentity(found)?.txid ?? null };
  } catch (error) {
    if (isStoreError(error, 'NotFound')) return null;
    if (!isStoreError(error)) throw error;
    throw new PersistenceError(
      'STORE_UNREACHABLE',
      `Looking for ${key} failed: ${error.message}.`,
      {
        cause: error,
      },
    );
  }
}

function linesOf(
  { place, because, settings }: OutsideView,
  { descriptor, head, levels, newestSnapshot, problem }: ReplicaSurvey,
  backup: PlainBackup | null,
  now: number,
): string[] {
  const ago = (time: number): string =>
    `${formatTime(time)}, ${formatDuration(Math.max(0, now - time))} ago`;
  const whose = descriptor ? ` of ${descriptor.application}` : '';
  const lines = [
    `Store:     ${place} (${because})`,
    `Database:  ${descriptor?.database ?? settings.name}${whose}`,
    `Newest:    ${head ? `TXID ${head.txid} (${ago(head.time)}), ${formatBytes(head.bytes)}` : 'nothing'}`,
  ];
  if (head) lines.push(`Owner:     ${ownerLine(head)}`);
  for (const { level, files, bytes } of levels)
    lines.push(`Level ${level}:   ${formatCount(files, 'file')}, ${formatBytes(bytes)}`);
  if (newestSnapshot)
    lines.push(`Snapshot:  TXID ${newestSnapshot.txid} (${ago(newestSnapshot.time)})`);
  lines.push(`Backup:    ${backup ? backupLine(backup, ago) : 'no plain file'}`);
  if (problem)
    lines.push(`PROBLEM    ${problem.code}: ${problem.message}`, `           ${problem.hint}`);
  return lines;
}

function ownerLine({ nodeId, released }: NonNullable<ReplicaSurvey['head']>): string {
  return released ? `nobody; ${nodeId} released it` : `${nodeId}, not released`;
}

function backupLine(
  { key, bytes, time, txid }: PlainBackup,
  ago: (time: number) => string,
): string {
  const what = txid === null ? 'not a backup of ours' : `TXID ${txid}`;
  return `${key}, ${what}, ${formatBytes(bytes)} (${ago(time)})`;
}
