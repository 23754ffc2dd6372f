import type { SyncService } from 'nestjs-persistence';
import { QueryFailedError } from 'typeorm';
import { WAITING_MAX, WriteQueue } from './write-queue';

function queueOfRole(role: 'owner' | 'fenced' | 'stopped' = 'owner'): WriteQueue {
  return new WriteQueue({ status: () => ({ role }) } as unknown as SyncService);
}

const turnOfEventLoop = () => new Promise((resolve) => setImmediate(resolve));

describe('WriteQueue', () => {
  it('runs one piece of work at a time, in the order asked for', async () => {
    const queue = queueOfRole();
    const seen: string[] = [];
    const work = (name: string) => async () => {
      seen.push(`${name} begins`);
      await turnOfEventLoop();
      seen.push(`${name} ends`);
      return name;
    };
    const results = await Promise.all(['a', 'b', 'c'].map((name) => queue.run(work(name))));
    expect(results).toEqual(['a', 'b', 'c']);
    expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  });

  it('goes on after work that fails, and gives the error to the one who asked', async () => {
    const queue = queueOfRole();
    const failing = queue.run(() => Promise.reject(new Error('no such table')));
    const next = queue.run(() => Promise.resolve('done'));
    await expect(failing).rejects.toThrow('no such table');
    await expect(next).resolves.toBe('done');
  });

  it('refuses at once what does not fit, and takes work again when there is room', async () => {
    const queue = queueOfRole();
    const accepted = Array.from({ length: WAITING_MAX }, () => queue.run(turnOfEventLoop));
    let ran = false;
    const refused = queue.run(async () => {
      ran = true;
    });
    await expect(refused).rejects.toMatchObject({ response: { code: 'WRITE_QUEUE_FULL' } });
    await Promise.all(accepted);
    expect(ran).toBe(false);
    await expect(queue.run(() => Promise.resolve(1))).resolves.toBe(1);
  });

  it('refuses a turn inside a turn instead of waiting for itself', async () => {
    const queue = queueOfRole();
    const nested = queue.run(() => queue.run(() => Promise.resolve()));
    await expect(nested).rejects.toThrow('it would wait for itself');
    await expect(queue.run(() => Promise.resolve(1))).resolves.toBe(1);
  });

  it.each([
    ['fenced', 'REPLICA_FENCED'],
    ['stopped', 'SHUTTING_DOWN'],
  ] as const)('a read-only connection of a %s instance is %s', async (role, code) => {
    const readOnly = Object.assign(new Error('attempt to write a readonly database'), {
      code: 'SQLITE_READONLY',
    });
    const write = () => Promise.reject(new QueryFailedError('INSERT', [], readOnly));
    await expect(queueOfRole(role).run(write)).rejects.toMatchObject({ code });
    await expect(queueOfRole('owner').run(write)).rejects.toBeInstanceOf(QueryFailedError);
  });

  it('a database that another process keeps locked is a 503 to be tried again', async () => {
    const busy = Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });
    const write = () => Promise.reject(new QueryFailedError('INSERT', [], busy));
    await expect(queueOfRole().run(write)).rejects.toMatchObject({
      status: 503,
      response: { code: 'DATABASE_BUSY' },
    });
  });
});
