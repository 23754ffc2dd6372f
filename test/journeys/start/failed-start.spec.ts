import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { TestProcess } from '../../../libs/testing';
import { temporaryFolder } from '../support/temporary-folder';

const CHILD = path.join(__dirname, '..', 'support', 'failing-app.child.ts');

// Each starts processes that compile their sources.
jest.setTimeout(60_000);

describe('a process that has nothing left to do', () => {
  const folder = temporaryFolder();

  function run(variables: Record<string, string> = {}): TestProcess {
    return new TestProcess(CHILD, {
      env: {
        NETWORK_DB_PATH: folder.file('app-on-a-volume.db'),
        DATABASE_PATH: folder.file('app.db'),
        NO_COLOR: '1',
        ...variables,
      },
    });
  }

  it('ends by itself after a hook of the app failed, and the next start finds a database that was released', async () => {
    const failing = run({ FAIL: 'hook' });
    expect(await failing.exited).toEqual({ code: 1, signal: null });
    expect(failing.output).toMatch('the cache is away');
    expect(failing.output.match(/Stopped cleanly: everything is stored/g)).toHaveLength(1);

    const next = run();
    expect(await next.exited).toEqual({ code: 0, signal: null });
    expect(next.output).toMatch('The local file is current and was continued');
    expect(next.output).toMatch('role owner');
  });

  it('ends by itself after the second database failed, and releases the first', async () => {
    writeFileSync(folder.file('second.db'), 'this is no database, but long enough to be looked at');
    const failing = run({
      FAIL: 'second',
      NETWORK_DB_PATH_SECOND: folder.file('second-on-a-volume.db'),
      DATABASE_PATH_SECOND: folder.file('second.db'),
    });
    expect(await failing.exited).toEqual({ code: 1, signal: null });
    expect(failing.output).toMatch('DATABASE_NOT_SQLITE');
    expect(failing.output.match(/Stopped cleanly: everything is stored/g)).toHaveLength(1);
  });

  it('ends by itself where a script does not close its app, and everything it wrote is stored', async () => {
    const script = run();
    expect(await script.exited).toEqual({ code: 0, signal: null });
    expect(script.output.match(/Stopped cleanly: everything is stored/g)).toHaveLength(1);
  });
});
