import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import request from 'supertest';
import { AppProcess } from '../testing/app-process';
import { Host } from '../testing/courses-app';

// Each starts a process that compiles its sources.
jest.setTimeout(120_000);

describe('the endpoints for whoever runs the app', () => {
  let host: Host;
  let app: AppProcess | undefined;

  beforeEach(async () => {
    host = await Host.create();
  });

  afterEach(async () => {
    await app?.kill('SIGKILL');
    await host.remove();
  });

  function start(env: Record<string, string>): AppProcess {
    app = AppProcess.run({
      DATABASE_PATH: join(host.disk, 'courses.db'),
      NETWORK_DB_PATH: join(host.folder, 'network-courses.db'),
      ...env,
    });
    return app;
  }

  it('are there with PERSISTENCE_ADMIN_TOKEN, for whoever has it, and on the OpenAPI page', async () => {
    const token = 'a-token-of-this-test';
    const address = await start({ PERSISTENCE_ADMIN_TOKEN: token }).listening();
    const bearer = { authorization: `Bearer ${token}` };
    const user = { name: 'Ada', email: 'ada@example.org' };
    await request(address).post('/users').send(user).expect(201);

    await request(address).get('/api/db-status').expect(401);
    const status = await request(address).get('/api/db-status').set(bearer).expect(200);
    expect(Object.keys(status.body as object)[0]).toBe('summary');

    const backup = await request(address).post('/api/db-backup').set(bearer).expect(200);
    expect(backup.body).toMatchObject({ key: 'network-courses.db', txid: expect.any(Number) });
    const file = new Database(join(host.folder, 'network-courses.db'), { readonly: true });
    expect(file.prepare('SELECT email FROM users').pluck().all()).toEqual([user.email]);
    file.close();

    const { body } = await request(address).get('/docs-json').expect(200);
    expect(Object.keys((body as { paths: object }).paths)).toEqual(
      expect.arrayContaining([
        '/api/db-status',
        '/api/db-sync',
        '/api/db-backup',
        '/api/db-restore',
      ]),
    );
  });

  it('are not there without it, which one line of the log says', async () => {
    const running = start({});
    const address = await running.listening();
    await request(address).get('/api/db-status').expect(404);
    await running.kill('SIGTERM');
    const { output } = await running.end();
    expect(output.match(/PERSISTENCE_ADMIN_TOKEN/g)).toHaveLength(1);
  });

  it('tell no secret: whatever fails, no token is printed or stored', async () => {
    const secret = 'canary-5f0c2f6f4a';
    const running = start({
      PERSISTENCE_ADMIN_TOKEN: secret,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_ACCESS_KEY_ID: secret,
    });
    const address = await running.listening();
    const bearer = { authorization: `Bearer ${secret}` };
    const answers = [
      await request(address).get('/api/db-status').set(bearer),
      await request(address)
        .get('/api/db-status')
        .set({ authorization: `Bearer x${secret}` }),
      await request(address).post('/api/db-sync').set(bearer),
      await request(address).post('/api/db-backup').set(bearer),
      await request(address).post('/api/db-restore').set(bearer).send({ file: '../x.db' }),
      await request(address).post('/api/db-restore').set(bearer).send({ file: 'a.db', txid: 9999 }),
      await request(address).get('/health'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 401, 200, 200, 400, 404, 200]);
    for (const { text, headers } of answers) {
      expect(text).not.toContain(secret);
      expect(text).not.toContain(host.folder);
      expect(JSON.stringify(headers)).not.toContain(secret);
    }
    await running.kill('SIGTERM');
    const { output } = await running.end();
    expect(output).not.toContain(secret);
    expect(output).not.toContain(host.folder);
    for (const file of filesBelow(host.folder))
      expect(readFileSync(file).includes(secret)).toBe(false);
  });
});

function filesBelow(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}
