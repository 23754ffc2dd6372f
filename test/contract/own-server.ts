import path from 'node:path';
import { TestProcess } from '../../libs/testing';

/** Starts a server of `test/servers` for the time of the work, which finds it in the environment; none where none is named. */
export async function withServer<T>(name: string | undefined, work: () => Promise<T>): Promise<T> {
  if (name === undefined) return work();
  const server = new TestProcess(path.join(__dirname, '..', 'servers', 'start.mjs'), {
    args: [name, '0', '--with-parent'],
    // Not for the server: it would compile every file it loads.
    env: { NODE_OPTIONS: '' },
  });
  try {
    await server.line(/^READY$/, 60_000);
    for (const [, variable, value] of server.output.matchAll(/^([A-Z0-9_]+)=(.*)$/gm)) {
      process.env[variable!] = value;
    }
    process.env.CONTRACT_SERVER = name;
    return await work();
  } finally {
    await server.kill('SIGTERM');
  }
}
