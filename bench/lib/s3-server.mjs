import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const SERVER = path.join(import.meta.dirname, '..', '..', 'test', 'servers', 's3', 'main.mjs');
export const BUCKET = 'bench';

/** The project's own small S3 on loopback, as a process. `close()` ends it. */
export async function startS3({ root }) {
  const options = ['--bucket', BUCKET, '--root', root, '--max-bytes', String(8 * 1024 ** 3)];
  const child = spawn(process.execPath, [SERVER, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the S3 server ended with ${code}`)));
    createInterface(child.stdout).on('line', (line) => {
      if (line.startsWith('READY ')) resolve(line.slice('READY '.length));
    });
  });
  return {
    url,
    /** From now on every request takes that much longer. */
    latency: (latencyMs) =>
      fetch(`${url}/_faults`, { method: 'POST', body: JSON.stringify({ latencyMs }) }),
    close: () =>
      new Promise((resolve) => {
        child.once('exit', resolve);
        child.kill();
      }),
  };
}
