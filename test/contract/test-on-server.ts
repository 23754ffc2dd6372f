import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { isRequired } from '../setup/required-peers';

const servers = path.join(__dirname, '..', 'servers', 'servers.mjs');

function isInstalled(name: string): boolean {
  const script = `
    import { existsSync } from 'node:fs';
    import { SERVERS } from ${JSON.stringify(servers)};
    process.exit(existsSync(SERVERS[${JSON.stringify(name)}].installed) ? 0 : 3);`;
  const env = { ...process.env, NODE_OPTIONS: '' };
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], { env }).status === 0;
}

/**
 * A test, or one loud line where a server of `test/servers` is not installed; there it fails instead where it is named
 * in REQUIRE_PEERS.
 */
export function testOnServer(name: string, title: string, run: () => Promise<void>): void {
  if (isInstalled(name)) {
    test(title, run, 90_000);
    return;
  }
  const line = `${name.toUpperCase()} NOT INSTALLED, "${title}" IS NOT TESTED: run node test/servers/install.mjs ${name}.`;
  if (isRequired(name)) {
    test(title, () => {
      throw new Error(line);
    });
    return;
  }
  process.stderr.write(`${line}\n`);
  test.skip(title, () => undefined);
}
