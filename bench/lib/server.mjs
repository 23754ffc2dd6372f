import { fork } from 'node:child_process';
import path from 'node:path';

const SERVER = path.join(import.meta.dirname, '..', 'children', 'server.child.mjs');
const STOP_MS = 10_000;

/**
 * An app with HTTP in a process of its own, so that its CPU and memory are its own. `input` is that of
 * `children/server.child.mjs`; `ask` sends one question and resolves to its answer.
 */
export async function startServer(input) {
  const child = fork(SERVER, [], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    execArgv: ['--expose-gc'],
  });
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const ask = (question) =>
    Promise.race([
      exited.then((code) => Promise.reject(new Error(`the server ended with ${code}`))),
      new Promise((resolve) => {
        child.once('message', resolve);
        child.send(question);
      }),
    ]);
  const stop = async () => {
    if (child.connected) child.disconnect();
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await exited;
    clearTimeout(late);
  };
  const { port } = await ask(input);
  return { port, ask: (name) => ask({ name }), stop };
}
