import type { Command } from 'commander';
import { openFromOutside, settingsFromOutside } from '../access';
import { type Check, checked, fail, ok } from '../doctor/check';
import { checkFreeDisk, checkLocalFolder } from '../doctor/local-folder.checks';
import { checkNode, checkSqlite, checkSqliteCopies } from '../doctor/runtime.checks';
import { checkStore } from '../doctor/store.checks';
import type { CliCommand } from '../cli-command';
import { EXIT, type ExitCode } from '../exit-code';
import type { Output } from '../output';
import type { SharedOptions } from '../shared-options';

export const doctorCommand: CliCommand = {
  name: 'doctor',
  summary: 'check settings, local disk and store',
  description:
    'Looks at everything that the app needs: Node, SQLite, settings, the local disk, and the store: reachable, how fast, its clock, and whether its conditional writes hold. Objects written for that lie below probe/ and are deleted again.',
  examples: [['doctor', 'on the host of the app, with its variables']],
  addOptions: (command: Command) => command,
  run: doctor,
};

async function doctor(options: SharedOptions, output: Output): Promise<ExitCode> {
  const checks = [checkNode(), await checkSqlite(), checkSqliteCopies(process.cwd())];
  checks.push(...(await checkSettings(options)));
  const failed = checks.some(({ state }) => state === 'fail');
  output.result(!failed, { checks }, linesOf(checks));
  return failed ? EXIT.failed : EXIT.ok;
}

async function checkSettings(options: SharedOptions): Promise<Check[]> {
  let database = '';
  const settings = await checked('settings', () => {
    const { path, name, storage } = settingsFromOutside(options);
    database = path;
    if (storage.kind === 'none')
      return fail(
        'settings',
        'no variable names a store: data will not survive a redeploy',
        STORE_HINT,
      );
    return ok('settings', `database ${name}, local file ${path}; ${storage.because}`);
  });
  if (database === '') return [settings];
  const local = [settings, await checkLocalFolder(database), await checkFreeDisk(database)];
  if (settings.state === 'fail') return local;
  let store: Check[] = [];
  const opened = await checked('store', async () => {
    store = await checkStore(await openFromOutside({ ...options, writable: true }));
    return store[0]!;
  });
  return [...local, opened, ...store.slice(1)];
}

const STORE_HINT =
  'Set NETWORK_DB_PATH, S3_BUCKET or AZURE_STORAGE_CONNECTION_STRING; a storage given in code is not seen from here.';

const MARKS = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' } as const;

function linesOf(checks: readonly Check[]): string[] {
  return checks.flatMap(({ name, state, message, hint }) => [
    `${MARKS[state]}  ${name}: ${message}`,
    ...(hint === undefined ? [] : [`      ${hint}`]),
  ]);
}
