import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { backupCommand } from './commands/backup.command';
import { doctorCommand } from './commands/doctor.command';
import { restorePointsCommand } from './commands/restore-points.command';
import { restoreCommand } from './commands/restore.command';
import { statusCommand } from './commands/status.command';
import { verifyCommand } from './commands/verify.command';
import type { CliCommand } from './cli-command';
import { EXIT, type ExitCode } from './exit-code';
import type { Output } from './output';
import { readEnvFile } from './env-file';
import { addSharedOptions, type SharedOptions } from './shared-options';

const NAME = 'nestjs-persistence';
const COMMANDS: readonly CliCommand[] = [
  statusCommand,
  restoreCommand,
  restorePointsCommand,
  backupCommand,
  verifyCommand,
  doctorCommand,
];

const DESCRIPTION = `Looks at the replica of a NestJS app's database, and gets the database out of it.

The store is found as the app finds it, by the variables NETWORK_DB_PATH, S3_BUCKET, AZURE_STORAGE_CONNECTION_STRING, ...;
--env reads them from a file, and .env is read where the app itself would (it has @nestjs/config or dotenv).
Works while the app runs, and while it does not start. Nothing in the store is changed.`;

const EXIT_CODES = `
Exit codes: ${EXIT.ok} done, ${EXIT.failed} failed or something is wrong, ${EXIT.usage} the command line is wrong.`;

/** The whole command line. `end` hears the exit code of the command that ran. */
export function buildProgram(output: Output, end: (code: ExitCode) => void): Command {
  const program = new Command(NAME)
    .description(DESCRIPTION)
    .version(version(), '-V, --version')
    .addHelpText('after', EXIT_CODES)
    .configureHelp({ sortSubcommands: false })
    .exitOverride();
  for (const { name, summary, description, examples, ...rest } of COMMANDS) {
    const command = program
      .command(name)
      .summary(summary)
      .description(description)
      .addHelpText('after', examplesText(examples) + EXIT_CODES)
      .exitOverride();
    addSharedOptions(rest.addOptions(command)).action(async (options: SharedOptions) => {
      const read = readEnvFile(options.envFile, process.cwd());
      if (read !== null) output.note(`Variables of ${path.basename(read)} count too.`);
      end(await rest.run(options, output));
    });
  }
  return program;
}

function examplesText(examples: CliCommand['examples']): string {
  const lines = examples.map(([line, purpose]) => `  npx ${NAME} ${line}\n      ${purpose}`);
  return `\nExamples:\n${lines.join('\n')}\n`;
}

/** Of the package that this is part of; where it runs from its sources, of the repository. */
function version(): string {
  for (const folder of [path.join(__dirname, '..'), path.join(__dirname, '..', '..')]) {
    try {
      const { name, version: found } = JSON.parse(
        readFileSync(path.join(folder, 'package.json'), 'utf8'),
      ) as { name?: string; version?: string };
      if (name?.startsWith(NAME) && found !== undefined) return found;
    } catch {
      // Not there: look further up.
      continue;
    }
  }
  return 'unknown';
}
