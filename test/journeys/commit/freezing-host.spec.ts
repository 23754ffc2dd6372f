import { rmSync } from 'node:fs';
import path from 'node:path';
import { SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { DirectoryStore } from '../../../libs/storage';
import { TestProcess } from '../../../libs/testing';
import { Note } from '../support/note.entity';
import { persistence, startApp } from '../support/start-app';
import { temporaryFolder } from '../support/temporary-folder';

const CHILD = path.join(__dirname, '..', 'support', 'freezing-app.child.ts');
const REQUESTS = 6;
/** Long enough that a process that is frozen right behind its answer has not stored what it answered. */
const STORE_TAKES_MS = 100;
/** No machine is so slow that the freeze comes later. */
const STORE_TAKES_FOREVER_MS = 600_000;
const ANSWER_MAX_MS = 30_000;

// Both start processes that compile their sources.
jest.setTimeout(120_000);

describe('a host that freezes the process behind each answer', () => {
  const folder = temporaryFolder();
  const root = () => folder.file('store');

  /** The process gets CPU only while a request is under way. */
  class FreezingHost {
    private constructor(
      private readonly child: TestProcess,
      private readonly address: string,
    ) {}

    static async boot(env: Record<string, string>): Promise<FreezingHost> {
      const child = new TestProcess(CHILD, {
        env: { STORE_ROOT: root(), DATABASE_PATH: folder.file('disk', 'app.db'), ...env },
      });
      const line = await child.line(/^listening on /, 60_000);
      process.kill(child.pid, 'SIGSTOP');
      return new FreezingHost(child, line.replace('listening on ', ''));
    }

    async request(method: 'GET' | 'POST', body?: object): Promise<unknown> {
      process.kill(this.child.pid, 'SIGCONT');
      const response = await fetch(`${this.address}/notes`, {
        method,
        signal: AbortSignal.timeout(ANSWER_MAX_MS),
        ...(body && {
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        }),
      });
      const answer: unknown = await response.json();
      process.kill(this.child.pid, 'SIGSTOP');
      if (!response.ok) throw new Error(`${method} was answered ${response.status}.`);
      return answer;
    }

    /** It is not thawed again: what it had not done is never done, and its disk is gone. */
    async lose(): Promise<void> {
      await this.child.kill('SIGKILL');
      rmSync(folder.file('disk'), { recursive: true });
    }
  }

  /** What was answered: rows that were added, and those that a read has shown. */
  async function use(host: FreezingHost): Promise<string[]> {
    for (let index = 1; index <= REQUESTS; index += 1) {
      await host.request('POST', { text: `note ${index}` });
    }
    const shown = (await host.request('GET')) as Note[];
    const last = (await host.request('POST', { text: 'the last' })) as Note;
    return [...shown, last].map(({ text }) => text);
  }

  async function rowsAfterRestart(): Promise<{ rows: string[]; origin: string | null }> {
    const storage = await DirectoryStore.open({ root: root() });
    const app = await startApp(
      persistence(
        { storage, database: folder.file('disk', 'app.db'), backupIntervalMs: 0 },
        { entities: [Note], synchronize: true },
      ),
    );
    const notes = await app
      .get(DataSource)
      .getRepository(Note)
      .find({ order: { id: 'ASC' } });
    const { origin } = app.get(SyncService).status();
    await app.close();
    return { rows: notes.map(({ text }) => text), origin };
  }

  it('loses nothing that was answered, where answers wait for the store', async () => {
    const host = await FreezingHost.boot({
      PERSISTENCE_DURABILITY: 'confirmed',
      DELAY_MS: String(STORE_TAKES_MS),
    });
    const answered = await use(host);
    await host.lose();
    expect(answered).toHaveLength(REQUESTS + 1);
    expect(await rowsAfterRestart()).toEqual({ rows: answered, origin: 'restored' });
  });

  it('loses what was answered without that, under the same schedule', async () => {
    const host = await FreezingHost.boot({
      PERSISTENCE_DURABILITY: 'async',
      DELAY_MS: String(STORE_TAKES_FOREVER_MS),
    });
    const answered = await use(host);
    await host.lose();
    expect(answered).toHaveLength(REQUESTS + 1);
    expect((await rowsAfterRestart()).rows).toEqual([]);
  });
});
