import { DataSource } from 'typeorm';
import { Note } from '../journeys/support/note.entity';
import { gateApps } from './support/gate-app';
import { turns, until } from './support/until';

describe('SyncService.transaction(work)', () => {
  const start = gateApps();
  const count = (source: DataSource) => source.getRepository(Note).count();

  it('resolves to what work resolves to, when all of it is stored', async () => {
    const app = await start('express');
    await app.hold();
    let result: Note | undefined;
    const saved = app.work.sync
      .transaction((manager) => manager.save(Note, { text: 'mine' }))
      .then((note) => (result = note as Note));
    await until('it waits for the store', () => app.waiting > 0);
    await turns(20);
    expect(result).toBeUndefined();
    app.store.release();
    await saved;
    expect(result).toMatchObject({ text: 'mine' });
    expect(app.life.status().lag.commits).toBe(0);
  });

  it('rolls everything back and throws the error where work rejects', async () => {
    const app = await start('express');
    const work = app.work.sync.transaction(async (manager) => {
      await manager.save(Note, { text: 'mine' });
      throw new Error('no');
    });
    await expect(work).rejects.toThrow('no');
    expect(await count(app.app.get(DataSource))).toBe(0);
  });

  it('rejects with COMMIT_UNCONFIRMED where the store is away; the rows are there', async () => {
    const app = await start('express', { persistence: { flushTimeoutMs: 200 } });
    await app.hold();
    const before = await count(app.app.get(DataSource));
    const work = app.work.sync.transaction((manager) => manager.save(Note, { text: 'mine' }));
    await expect(work).rejects.toMatchObject({
      code: 'COMMIT_UNCONFIRMED',
      cause: expect.objectContaining({ code: 'FLUSH_TIMEOUT' }),
    });
    expect(await count(app.app.get(DataSource))).toBe(before + 1);
  });

  it('is refused inside of a transaction, as flush() is: they would wait for themselves', async () => {
    const app = await start('express');
    const refusals = await app.work.transaction(async () => {
      const codeOf = (work: Promise<unknown>) =>
        work.then(
          () => undefined,
          (error: { code?: string }) => error.code,
        );
      return [
        await codeOf(app.work.sync.flush()),
        await codeOf(app.work.sync.transaction(() => Promise.resolve())),
      ];
    });
    expect(refusals).toEqual(['FLUSH_INSIDE_TRANSACTION', 'FLUSH_INSIDE_TRANSACTION']);
    expect(await app.work.sync.flush()).toMatchObject({ stored: true });
  });
});
