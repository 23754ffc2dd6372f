import { existsSync } from 'node:fs';
import type { TestingModule } from '@nestjs/testing';
import {
  isPersistenceError,
  PersistenceHealthIndicator,
  type PersistenceOptions,
  SyncService,
} from 'nestjs-persistence';
import { s3 } from '../../../libs/persistence/storage/s3';
import { DataSource, type Repository } from 'typeorm';
import { type S3Server, SLOW_DOWN, startS3Server, TOO_MANY_REQUESTS } from '../../servers/s3';
import { Note } from '../support/note.entity';
import { AppLog, persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const typeOrm = { entities: [Note], synchronize: true };
/** Far less than a real app's, so that an outage can be seen and its end waited for. */
const HASTE = { flushTimeoutMs: 1_500, lagMaxMs: 300, backupIntervalMs: 0 };

/** What befalls a bucket while the app runs. */
describe('A store that fails while the app runs', () => {
  let server: S3Server;
  let apps: TestingModule[];
  beforeEach(async () => {
    server = await startS3Server({ buckets: ['courses'] });
    apps = [];
  });
  afterEach(async () => {
    server.faults.heal();
    for (const app of apps) await app.close();
    await server.close();
  });
  // Behind the hook above: what the apps wrote is removed when they are closed.
  const folder = temporaryFolder();

  const storage = () => s3({ bucket: 'courses', endpoint: server.url, ...server.credentials });

  async function start(
    name: string,
    options: PersistenceOptions = { storage: storage() },
  ): Promise<Running> {
    const log = new AppLog();
    const database = folder.file(`${name}.db`);
    const app = await startApp(persistence({ database, ...HASTE, ...options }, typeOrm), log);
    apps.push(app);
    return {
      app,
      log,
      sync: app.get(SyncService),
      notes: app.get(DataSource).getRepository(Note),
      health: () => app.get(PersistenceHealthIndicator).isHealthy('database').database,
    };
  }

  const codeOf = (error: unknown): unknown => (isPersistenceError(error) ? error.code : error);
  const refusal = (running: Running): Promise<unknown> =>
    running.sync.flush().then(
      () => 'stored',
      (error: unknown) => codeOf(error),
    );

  /** Writes go on, are not confirmed, and health says since when and how much. */
  async function expectOutage(running: Running, code: string): Promise<void> {
    await running.notes.save({ text: 'during' });
    expect(await refusal(running)).toBe('FLUSH_TIMEOUT');
    const status = running.sync.status();
    expect(status.error).toMatchObject({ code, hint: expect.stringMatching(/\w+/) });
    expect(status.error!.since).toBeGreaterThan(Date.now() - 60_000);
    expect(status.lag).toMatchObject({ commits: expect.any(Number), bytes: expect.any(Number) });
    const health = running.health();
    expect(health.status).toBe('down');
    expect(health['reason']).toMatch(/Not stored for [\d.]+ m?s: \d+ commits?, .*B/);
    expect(health['reason']).toContain(code);
  }

  async function expectRecovery(running: Running): Promise<void> {
    let answer: unknown;
    do answer = await refusal(running);
    while (answer === 'FLUSH_TIMEOUT');
    expect(answer).toBe('stored');
    expect(running.sync.status()).toMatchObject({ error: null, lag: { ms: 0, commits: 0 } });
    expect(running.health().status).toBe('up');
    expect(running.log.ours.join('\n')).toContain('Storing works again after');
  }

  /** On another disk: what the store has. */
  async function expectRestored(...texts: string[]): Promise<void> {
    const elsewhere = await start(`elsewhere-${texts.length}`);
    expect(elsewhere.sync.status().origin).toBe('restored');
    expect((await elsewhere.notes.find()).map(({ text }) => text)).toEqual(texts);
  }

  it.each([
    ['answers 503 to everything', { fault: SLOW_DOWN, times: 1e6 }, 'STORE_UNREACHABLE'],
    ['throttles', { fault: TOO_MANY_REQUESTS, times: 1e6 }, 'STORE_UNREACHABLE'],
    ['drops every answer', { fault: { kind: 'drop-answer' }, times: 1e6 }, 'STORE_UNREACHABLE'],
  ] as const)(
    'loses nothing where it %s, and goes on by itself',
    async (_, rule, code) => {
      const running = await start('outage');
      await running.notes.save({ text: 'before' });
      await running.sync.flush();
      server.faults.inject(rule);
      await expectOutage(running, code);
      server.faults.heal();
      await expectRecovery(running);
      await expectRestored('before', 'during');
    },
    60_000,
  );

  it('loses nothing where its credentials are revoked and given back', async () => {
    const running = await start('revoked');
    await running.notes.save({ text: 'before' });
    await running.sync.flush();
    server.faults.revoked = true;
    await expectOutage(running, 'STORE_DENIED');
    server.faults.revoked = false;
    await expectRecovery(running);
    await expectRestored('before', 'during');
  }, 60_000);

  it('begins a new history where its bucket was deleted and made again', async () => {
    const running = await start('deleted');
    await running.notes.save({ text: 'before' });
    await running.sync.flush();
    server.deleteBucket('courses');
    await expectOutage(running, 'STORE_BUCKET_MISSING');
    server.createBucket('courses');
    await expectRecovery(running);
    expect(running.log.ours.join('\n')).toContain('REPLICA_MISSING');
    await expectRestored('before', 'during');
  }, 60_000);

  it.each([
    ['whose bucket is missing', 'STORE_BUCKET_MISSING'],
    ['whose credentials are wrong', 'STORE_DENIED'],
  ] as const)(
    'refuses a start %s, with a hint, and makes no database',
    async (_, code) => {
      if (code === 'STORE_DENIED') server.faults.revoked = true;
      else server.deleteBucket('courses');
      const refused = await start('refused').catch((error: unknown) => error);
      expect(codeOf(refused)).toBe(code);
      expect((refused as { hint: string }).hint).toMatch(/\w+/);
      expect(existsSync(folder.file('refused.db'))).toBe(false);
      server.faults.heal();
      if (code === 'STORE_BUCKET_MISSING') server.createBucket('courses');
      await start('refused');
    },
    60_000,
  );

  it('refuses a start where nobody answers', async () => {
    const endpoint = server.url;
    await server.close();
    const gone = s3({ bucket: 'courses', endpoint, ...server.credentials });
    const refused = await start('nobody', { storage: gone }).catch((error: unknown) => error);
    expect(codeOf(refused)).toBe('STORE_UNREACHABLE');
    expect(existsSync(folder.file('nobody.db'))).toBe(false);
  }, 60_000);
});

interface Running {
  readonly app: TestingModule;
  readonly log: AppLog;
  readonly sync: SyncService;
  readonly notes: Repository<Note>;
  readonly health: () => Record<string, unknown> & { readonly status: 'up' | 'down' };
}
