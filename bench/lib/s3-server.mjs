import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';

const SERVER = path.join(import.meta.dirname, '..', '..', 'test', 'servers', 's3', 'main.mjs');
export const BUCKET = 'bench';
const MAX_BYTES = 8 * 1024 ** 3;
const START_MS = 30_000;
const STOP_MS = 10_000;

/** This project's own S3 on loopback, in a process of its own, with its objects below `root`. */
export async function startS3({ root }) {
  const options = ['--bucket', BUCKET, '--root', root, '--max-bytes', String(MAX_BYTES)];
  const child = spawn(process.execPath, [SERVER, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(late);
  };
  try {
    const url = await ready(child, exited);
    return { url, stop, slowDown: (latencyMs) => setLatency(url, latencyMs) };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function ready({ stdout }, exited) {
  let late;
  const failed = (text) => Promise.reject(new Error(`the S3 server ${text}`));
  const line = new Promise((resolve) => {
    createInterface(stdout).on('line', (text) => text.startsWith('READY ') && resolve(text));
  });
  const timeout = new Promise((resolve) => (late = setTimeout(resolve, START_MS)));
  const text = await Promise.race([
    line,
    exited.then((code) => failed(`ended with ${code}`)),
    timeout.then(() => failed(`was not ready in ${START_MS} ms`)),
  ]);
  clearTimeout(late);
  return text.slice('READY '.length);
}

/** From now on every request takes that much longer. */
async function setLatency(url, latencyMs) {
  const answer = await fetch(`${url}/_faults`, {
    method: 'POST',
    body: JSON.stringify({ latencyMs }),
  });
  if (!answer.ok) throw new Error(`the S3 server refused its latency: ${answer.status}`);
}
