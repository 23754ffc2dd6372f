import { existsSync } from 'node:fs';
import path from 'node:path';
import { TestProcess } from '../../libs/testing';
import { isRequired } from '../setup/required-peers';

export interface Azurite {
  readonly connectionString: string;
  /** Of its blob service, without the account. */
  readonly url: string;
  close(): Promise<void>;
}

const MAIN = path.join(__dirname, 'node_modules', 'azurite', 'dist', 'src', 'blob', 'main.js');
const VARIABLE = 'AZURE_TEST_CONNECTION_STRING';

export function isAzuriteInstalled(): boolean {
  return existsSync(MAIN);
}

/** Starts the emulator as a process of its own, empty, on a free port; it ends with the one that started it. */
export async function startAzurite(): Promise<Azurite> {
  const server = new TestProcess(path.join(__dirname, 'start.mjs'), {
    args: ['azurite', '0', '--with-parent'],
    // Not for the server: it would compile every file it loads.
    env: { NODE_OPTIONS: '' },
  });
  const line = await server.line(new RegExp(`^${VARIABLE}=`), 60_000);
  const connectionString = line.slice(VARIABLE.length + 1);
  const [, url] = /BlobEndpoint=(http:\/\/[^/]+)/.exec(connectionString)!;
  return {
    connectionString,
    url: url!,
    close: async () => {
      await server.kill('SIGTERM');
    },
  };
}

/**
 * `describe`, or one loud line where Azurite is not installed; there it fails instead where it is named in
 * REQUIRE_PEERS.
 */
export function describeWithAzurite(name: string, tests: () => void): void {
  if (isAzuriteInstalled()) {
    describe(name, tests);
    return;
  }
  const line = `AZURITE NOT INSTALLED, "${name}" IS NOT TESTED: run node test/servers/install.mjs azurite.`;
  if (isRequired('azurite')) {
    it(name, () => {
      throw new Error(line);
    });
    return;
  }
  process.stderr.write(`${line}\n`);
  describe.skip(name, tests);
}
