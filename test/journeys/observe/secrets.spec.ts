import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import request from 'supertest';
import { AppProcess } from '../../../apps/courses/testing/app-process';
import { OPTION_VARIABLES } from '../../../libs/persistence/module/options.schema';
import { resolveSettings } from '../../../libs/persistence/module/settings';
import { STORAGE_ROWS } from '../../../libs/persistence/storage/storage-rows';
import { startS3Server } from '../../servers/s3';
import { temporaryFolder } from '../support/temporary-folder';

// Each starts a process that compiles its sources.
jest.setTimeout(120_000);

/** A text that is found nowhere by chance; long and mixed enough to pass for a key. */
const canary = () => `canary${randomBytes(24).toString('hex')}`;

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:9';

describe('no secret is told', () => {
  const folder = temporaryFolder();
  let app: AppProcess | undefined;

  let holder: Database.Database | undefined;

  afterEach(() => holder?.close());
  afterEach(() => app?.kill('SIGKILL'));

  function start(env: Record<string, string>): AppProcess {
    app = AppProcess.run({ DATABASE_PATH: folder.file('disk', 'app.db'), ...env });
    return app;
  }

  function searchDisk(secret: string): void {
    const files = (readdirSync(folder.path, { recursive: true }) as string[])
      .map((name) => path.join(folder.path, name))
      .filter((file) => statSync(file).isFile());
    for (const file of files)
      expect([file, readFileSync(file).includes(secret)]).toEqual([file, false]);
  }

  it.each([
    [
      'S3 that cannot be reached',
      (secret: string) => ({
        S3_BUCKET: 'courses',
        S3_ENDPOINT: NOWHERE,
        AWS_ACCESS_KEY_ID: secret,
        AWS_SECRET_ACCESS_KEY: secret,
        AWS_SESSION_TOKEN: secret,
      }),
    ],
    [
      'Azure that cannot be reached',
      (secret: string) => ({
        AZURE_STORAGE_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=courses;AccountKey=${Buffer.from(secret).toString('base64')};BlobEndpoint=${NOWHERE}/courses`,
      }),
    ],
    [
      'Azure by a signed address',
      (secret: string) => ({
        AZURE_STORAGE_CONNECTION_STRING: `BlobEndpoint=${NOWHERE}/courses;SharedAccessSignature=sv=2024-01-01&sig=${secret}`,
      }),
    ],
    ['a PostgreSQL', (secret: string) => ({ DATABASE_URL: `postgres://user:${secret}@host/db` })],
    ['another server', (secret: string) => ({ DATABASE_URL: `mysql://user:${secret}@host/db` })],
  ])('by a start that fails: %s', async (_what, environment) => {
    const secret = canary();
    const { code, output } = await start({
      PERSISTENCE_ADMIN_TOKEN: secret,
      ...environment(secret),
    }).end();
    expect(code).toBe(1);
    expect(output).toMatch(/^[A-Z_]+: /m);
    expect(output).not.toContain(secret);
    expect(output).not.toContain(Buffer.from(secret).toString('base64'));
    expect(output).not.toContain(folder.path);
    searchDisk(secret);
  });

  it.each([
    ['DATABASE_NOT_SQLITE', (file: string) => writeFileSync(file, 'no database at all'.repeat(9))],
    ['DATABASE_UNREADABLE', (file: string) => mkdirSync(file)],
    [
      'DATABASE_IN_USE',
      (file: string) => {
        holder = new Database(`${file}.lock`);
        holder.exec('BEGIN EXCLUSIVE');
      },
    ],
  ])('no folder by a start that fails at the file: %s', async (code, spoil) => {
    mkdirSync(folder.file('disk'));
    spoil(folder.file('disk', 'app.db'));
    const ended = await start({ NETWORK_DB_PATH: folder.file('courses.db') }).end();
    expect(ended.code).toBe(1);
    // What main.ts prints of the error that was thrown, behind the line in the log.
    expect(ended.output).toMatch(new RegExp(`^${code}: `, 'm'));
    expect(ended.output).not.toContain(folder.path);
  });

  it('by an app whose store refuses it after the start, in no answer, line, or file', async () => {
    const secret = canary();
    const token = canary();
    const server = await startS3Server({
      buckets: ['courses'],
      credentials: { accessKeyId: 'courses', secretAccessKey: secret },
    });
    let closing: Promise<void> | undefined;
    const close = () => (closing ??= server.close());
    try {
      const running = start({
        PERSISTENCE_ADMIN_TOKEN: token,
        PERSISTENCE_FLUSH_TIMEOUT_MS: '300',
        S3_BUCKET: 'courses',
        S3_ENDPOINT: server.url,
        AWS_ACCESS_KEY_ID: 'courses',
        AWS_SECRET_ACCESS_KEY: secret,
      });
      const address = await running.listening();
      const bearer = { authorization: `Bearer ${token}` };
      const user = { name: 'Ada', email: 'ada@example.org' };
      await request(address).post('/api/db-backup').set(bearer).expect(200);
      await close();
      const answers = [
        await request(address).post('/users').send(user),
        await request(address).post('/api/db-backup').set(bearer),
        await request(address).post('/api/db-sync').set(bearer),
        await request(address).get('/api/db-restore-points').set(bearer),
        await request(address).post('/api/db-restore').set(bearer),
        await request(address).get('/api/db-status').set(bearer),
        await request(address).get('/health'),
        await request(address).get('/health/ready'),
        await request(address).get('/docs-json'),
      ];
      const failed = answers.slice(0, 5).map(({ status }) => status);
      expect(failed).toEqual([503, 503, 503, 503, 503]);
      for (const { text, headers } of answers) {
        for (const hidden of [secret, token, folder.path]) {
          expect(text).not.toContain(hidden);
          expect(JSON.stringify(headers)).not.toContain(hidden);
        }
      }
      await running.kill('SIGTERM');
      const { output } = await running.end();
      for (const hidden of [secret, token, folder.path]) expect(output).not.toContain(hidden);
      searchDisk(secret);
      searchDisk(token);
    } finally {
      await close();
    }
  });

  it('by an error about a variable, whichever it is and whatever stands in it', () => {
    const rows = STORAGE_ROWS.flatMap(({ choosing, belonging }) => [...choosing, ...belonging]);
    const all = [...new Set([...Object.values(OPTION_VARIABLES), ...rows, 'DATABASE_URL'])];
    const refused = new Set<string>();
    for (const variable of all) {
      const secret = canary();
      for (const value of [
        secret,
        `https://user:${secret}@host/`,
        `${secret}=1;AccountKey=${secret}`,
      ]) {
        try {
          resolveSettings('app', {}, (name) => (name === variable ? value : undefined));
        } catch (error) {
          refused.add(variable);
          const { code, message, hint } = error as { code: string; message: string; hint: string };
          expect(code).toMatch(/^[A-Z_]+$/);
          expect(`${variable}: ${message} ${hint}`).not.toContain(secret);
        }
      }
    }
    expect(refused.size).toBeGreaterThan(10);
  });
});
