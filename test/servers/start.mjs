// Runs a server for tests: node start.mjs <azurite|versitygw|ministack|rclone> [port] [--with-parent]
// Prints the variables a test needs as NAME=value, then READY; ends at SIGTERM or SIGINT, and with --with-parent also when
// its standard input ends, as it does when the process that started it dies. Its data go with it.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverNamed } from './servers.mjs';

const READY_MS = 30_000;
const END_MS = 5_000;

const withParent = process.argv.includes('--with-parent');
const [name, wanted = '0'] = process.argv.slice(2).filter((each) => !each.startsWith('--'));
const server = serverNamed(name);

if (!existsSync(server.installed)) {
  console.error(`${name} is not installed: run node test/servers/install.mjs ${name}`);
  process.exit(3);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer().once('error', reject);
    probe.listen(Number(wanted), '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function answers(port) {
  return new Promise((resolve) => {
    const request = http.get(
      { host: '127.0.0.1', port, path: server.ready, timeout: 1000, agent: false },
      ({ statusCode }) => {
        resolve(server.readyStatus === null || statusCode === server.readyStatus);
        request.destroy();
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}

const port = await freePort();
const data = mkdtempSync(path.join(tmpdir(), `test-server-${name}-`));
const { command, args, env = {} } = server.run(port, data);
const child = spawn(command, args, {
  cwd: data,
  env: { ...process.env, ...env },
  stdio: ['ignore', 'pipe', 'pipe'],
});

let output = '';
for (const stream of [child.stdout, child.stderr]) {
  stream.setEncoding('utf8').on('data', (text) => {
    output = (output + text).slice(-4000);
  });
}
child.once('error', (error) => {
  output += String(error);
});

let ending = false;
const gone = new Promise((resolve) => child.once('close', resolve));
void gone.then(() => {
  rmSync(data, { recursive: true, force: true });
  if (!ending) console.error(`${name} ended by itself.\n${output}`);
  process.exit(ending ? 0 : 1);
});

function end() {
  if (ending) return;
  ending = true;
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), END_MS).unref();
}

process.on('SIGTERM', end);
process.on('SIGINT', end);
process.on('SIGHUP', end);
if (withParent) process.stdin.on('close', end).resume();

const deadline = Date.now() + READY_MS;
while (!(await answers(port))) {
  if (Date.now() > deadline) {
    console.error(`${name} did not answer within ${READY_MS / 1000} s.\n${output}`);
    end();
    break;
  }
  await sleep(100);
}
if (!ending) {
  for (const [key, value] of Object.entries(server.variables(port))) console.log(`${key}=${value}`);
  console.log('READY');
}
