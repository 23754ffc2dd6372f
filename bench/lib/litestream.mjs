import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const INSTALLER = path.join(import.meta.dirname, '..', '..', 'scripts', 'install-litestream.sh');
const STOP_MS = 10_000;

/** Path of the pinned command, or null, said out loud, where it cannot be had. */
export function findLitestream() {
  try {
    return execFileSync('sh', [INSTALLER], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    }).trim();
  } catch {
    console.error(
      '!!! LITESTREAM IS NOT HERE: its rows are "not measured", and goals against it are open. !!!',
    );
    return null;
  }
}

/** Runs `litestream restore` to its end; resolves to the milliseconds from its start to its exit. */
export function timeRestore(command, replica, target) {
  const begun = performance.now();
  execFileSync(command, ['restore', '-o', target, `file://${replica}`], { stdio: 'pipe' });
  return performance.now() - begun;
}

/** Replicates `database` to the folder `replica` in a process of its own. */
export function replicate(command, { database, replica, intervalMs, configuration, write }) {
  write(
    configuration,
    `dbs:\n  - path: ${database}\n    monitor-interval: ${Math.min(intervalMs, 1_000)}ms\n` +
      `    replica:\n      type: file\n      path: ${replica}\n      sync-interval: ${intervalMs}ms\n`,
  );
  mkdirSync(replica, { recursive: true });
  const child = spawn(command, ['replicate', '-config', configuration], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (text) => (output += text));
  child.stderr.on('data', (text) => (output += text));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  return {
    pid: child.pid,
    output: () => output,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(late);
    },
  };
}

/**
 * CPU that a process has used, ms, summed over its threads. Linux only: null elsewhere. (The `stat` file counts in steps
 * of 10 ms, this one in nanoseconds.)
 */
export function cpuOf(pid) {
  try {
    const tasks = `/proc/${pid}/task`;
    const times = readdirSync(tasks).map((task) =>
      Number(readFileSync(path.join(tasks, task, 'schedstat'), 'utf8').split(' ')[0]),
    );
    return times.reduce((total, time) => total + time, 0) / 1e6;
  } catch {
    return null;
  }
}

/** Bytes of every file below a folder. */
export function bytesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((total, entry) => total + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}
