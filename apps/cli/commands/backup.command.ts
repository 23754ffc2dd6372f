import path from 'node:path';
import type { Command } from 'commander';
import { createRescue, leaveWalMode, openFromOutside } from '../access';
import type { CliCommand } from '../cli-command';
import { dated } from '../dated';
import { EXIT, type ExitCode } from '../exit-code';
import type { Output } from '../output';
import type { SharedOptions } from '../shared-options';
import { watchReplica } from '../watch-replica';
import { checkTarget, restoredLines } from './restore.command';

interface BackupCommandOptions extends SharedOptions {
  readonly to: string;
  readonly full?: boolean;
  readonly force?: boolean;
}

export const backupCommand: CliCommand<BackupCommandOptions> = {
  name: 'backup',
  summary: 'download the newest state as a plain database file',
  description:
    'Writes the newest stored state into a plain SQLite file that any program can open, also where it cannot write. The app need not run. (Backups inside the store are made by the app itself.)',
  examples: [['backup --to backup.db', 'what the store holds right now']],
  addOptions: (command: Command) =>
    command
      .requiredOption('-o, --to <file>', 'the new file')
      .option('--full', "SQLite's integrity_check instead of quick_check")
      .option('--force', 'where the file exists: keep it as <file>.before-<time> and write'),
  run: backup,
};

async function backup(options: BackupCommandOptions, output: Output): Promise<ExitCode> {
  const { access, hints } = await openFromOutside(options);
  const to = path.resolve(options.to);
  const rescue = createRescue({
    store: access.replica,
    hints,
    replace: checkTarget(to, options.force ?? false),
    verify: options.full ? 'full' : 'quick',
    onEvent: watchReplica(output),
    onWarning: (line) => output.note(line),
  });
  const restored = await rescue.restore({ to });
  await leaveWalMode(to);
  output.result(true, dated(restored), restoredLines(restored, 'Backup written:'));
  return EXIT.ok;
}
