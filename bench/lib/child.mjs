import { fork } from 'node:child_process';
import path from 'node:path';

const CHILDREN = path.join(import.meta.dirname, '..', 'children');

/**
 * Runs `children/<name>.child.mjs` with `input` in a process of its own, so that CPU, memory and caches are its own, and
 * resolves to what it answers.
 */
export function runChild(name, input, { timeoutMs = 600_000 } = {}) {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(CHILDREN, `${name}.child.mjs`), [], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, ...profiler() },
      serialization: 'advanced',
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let answer;
    child.on('message', (message) => (answer = message));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(limit);
      if (code === 0 && answer) resolve(answer);
      else reject(new Error(`${name} ended with ${signal ?? `exit code ${code}`}`));
    });
    child.send(input);
  });
}

/** In a child: takes the input, answers, and ends. */
export function answer(work) {
  const failed = (error) => {
    console.error(error);
    process.exit(1);
  };
  process.once('message', (input) => {
    Promise.resolve(input)
      .then(work)
      .then((result) => process.send(result, () => process.exit(0)))
      .catch(failed);
  });
}

/** BENCH_PROFILE=<folder> writes a CPU profile of every thread of every child there. */
function profiler() {
  const file = path.join(import.meta.dirname, 'profile-thread.cjs');
  return process.env.BENCH_PROFILE && { NODE_OPTIONS: `--require "${file}"` };
}
