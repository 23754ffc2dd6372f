import { existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { directory } from 'nestjs-persistence';
import { AppLog, persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const VARIABLES = [
  'NETWORK_DB_PATH',
  'DATABASE_PATH',
  'VERCEL_VOLUME_PATH',
  'NETWORK_DB_PATH_ORDERS',
  'DATABASE_PATH_ORDERS',
];

describe('an app whose live file is the file that backups are written to', () => {
  const folder = temporaryFolder();
  afterEach(() => {
    for (const variable of VARIABLES) delete process.env[variable];
  });

  it('does not start, says which settings meet, and makes nothing', async () => {
    mkdirSync(folder.file('data'));
    symlinkSync(folder.file('data'), folder.file('linked'));
    const live = folder.file('data', 'app.db');
    const lives: [options: Parameters<typeof persistence>[0], variables: Record<string, string>][] =
      [
        [{ storage: directory({ path: folder.file('data') }), database: live }, {}],
        [{}, { NETWORK_DB_PATH: live, DATABASE_PATH: live }],
        [{}, { NETWORK_DB_PATH: folder.file('linked', 'app.db'), DATABASE_PATH: live }],
        [{ database: live }, { VERCEL_VOLUME_PATH: folder.file('data') }],
        [{ name: 'orders' }, { NETWORK_DB_PATH_ORDERS: live, DATABASE_PATH_ORDERS: live }],
      ];
    for (const [options, variables] of lives) {
      Object.assign(process.env, variables);
      const log = new AppLog();
      await expect(
        startApp(persistence(options, { name: options.name }), log),
      ).rejects.toMatchObject({
        code: 'OPTION_INVALID',
        message: expect.stringMatching(/DATABASE_PATH.*\((the option storage|\w+ is set)\)/),
        hint: expect.stringContaining('local disk'),
      });
      expect(log.ours.join('\n')).toMatch(/error Persistence.*OPTION_INVALID/);
      expect(existsSync(live)).toBe(false);
      expect(existsSync(`${live}.replica`)).toBe(false);
      for (const variable of VARIABLES) delete process.env[variable];
    }
  });
});
