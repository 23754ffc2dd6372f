import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import request from 'supertest';
import { AppProcess } from './testing/app-process';
import { Host } from './testing/courses-app';

// Each starts one to three processes that compile their sources.
jest.setTimeout(120_000);

let host: Host;
let started: AppProcess[];

beforeEach(async () => {
  host = await Host.create();
  started = [];
});

afterEach(async () => {
  await Promise.all(started.map((app) => app.kill('SIGKILL')));
  await host.remove();
});

/** Starts the app with the replica of this host, its database on a disk of its own. */
function start(disk: string, env: Record<string, string> = {}): AppProcess {
  const app = AppProcess.run({
    DATABASE_PATH: join(host.folder, disk, 'courses.db'),
    NETWORK_DB_PATH: join(host.folder, 'network-courses.db'),
    ...env,
  });
  started.push(app);
  return app;
}

const signUp = (address: string, name: string) =>
  request(address)
    .post('/users')
    .send({ name, email: `${name}@example.org` });

describe('node main.js', () => {
  it('has everything it acknowledged after kill -9 and a lost disk', async () => {
    const app = start('disk');
    const address = await app.listening();
    const names = Array.from({ length: 40 }, (_, index) => `user-${index}`);
    const answers = Promise.allSettled(
      names.map(async (name) => {
        const { status, body } = await signUp(address, name);
        // The kill falls between the answers.
        if (name === 'user-20') void app.kill('SIGKILL');
        return { status, body };
      }),
    );
    const acknowledged = (await answers).flatMap((answer) =>
      answer.status === 'fulfilled' && answer.value.status === 201 ? [answer.value.body] : [],
    );
    expect(acknowledged.length).toBeGreaterThan(0);
    await app.end();
    await host.loseDisk();

    const { body } = await request(await start('disk').listening()).get('/users?limit=100');
    expect(body.items).toEqual(expect.arrayContaining(acknowledged));
  });

  it('goes on with the catalogue where kill -9 stopped it, also on an empty disk', async () => {
    const app = start('disk', { COURSES_CATALOGUE: 'full' });
    await app.printed(/ \(full, 10%\)/);
    await app.kill('SIGKILL');
    await host.loseDisk();

    const next = start('disk', { COURSES_CATALOGUE: 'full' });
    const [, done] = await next.printed(/Going on at ([\d,]+) of 117,791 synsets/);
    await next.kill('SIGKILL');
    const count = Number(done!.replaceAll(',', ''));
    expect(count).toBeGreaterThanOrEqual(11_779);
    expect(count % 500).toBe(0);
  });

  it('confirms no write, with 503, once another instance has taken over', async () => {
    const old = await start('disk-1').listening();
    await signUp(old, 'before').expect(201);
    const owner = await start('disk-2').listening();
    await signUp(owner, 'after').expect(201);

    const refused = await signUp(old, 'lost');
    expect(refused.body.message).toContain('superseded');
    expect([refused.status, refused.body.code]).toEqual([503, 'COMMIT_UNCONFIRMED']);
    // From then on it does not even commit locally, and still answers reads.
    await signUp(old, 'lost-too').expect(503);
    const { body: stale } = await request(old).get('/users').expect(200);
    expect(stale.items.map(({ name }: { name: string }) => name)).not.toContain('lost-too');
    await request(old).get('/health/ready').expect(503);
    await request(old).get('/health/live').expect(200);

    const { body } = await request(owner).get('/users').expect(200);
    expect(body.items.map(({ name }: { name: string }) => name)).toEqual(['before', 'after']);
  });

  it('says in one line that a port is taken, before the database is touched', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as AddressInfo;
    const { code, output } = await start('disk', { PORT: String(port) }).end();
    await new Promise((resolve) => taken.close(resolve));
    expect(code).toBe(1);
    expect(output).toMatch(
      new RegExp(`^PORT_IN_USE: Port ${port} of 127.0.0.1 is taken\\. .*PORT.*\\n$`),
    );
    expect(existsSync(host.disk)).toBe(false);
  });

  it.each([
    ['COURSES_CATALOGUE', 'huge', /^SETTING_INVALID: .*small, full, none\.\n$/],
    ['PORT', 'web', /^SETTING_INVALID: .*65535.*\n$/],
    ['DATABASE_PATH', '/dev/null/courses.db', /^[A-Z_]+: .*DATABASE_PATH.*$/m],
  ])('says in one line what is wrong with %s=%s', async (name, value, expected) => {
    const { code, output } = await start('disk', { [name]: value }).end();
    expect(code).toBe(1);
    expect(output).toMatch(expected);
    expect(output).not.toMatch(/^\s+at /m);
  });

  it('ends by itself on SIGTERM', async () => {
    const app = start('disk');
    await signUp(await app.listening(), 'ada').expect(201);
    await app.kill('SIGTERM');
    expect((await app.end()).output).toContain('Stopped cleanly');
  });
});
