import { PersistenceError } from '../../errors';
import { confirmStored } from './confirm-stored';
import type { DurableDatabase } from './durable-database';
import { Patience } from './patience';

function database(flush: () => Promise<unknown>, confirmTimeoutMs = 60_000): DurableDatabase {
  return {
    settings: { durability: 'confirmed', confirmTimeoutMs, shutdownTimeoutMs: 60_000 },
    replicated: true,
    connections: { transactionAround: () => undefined },
    flush,
    redact: (text) => text.replaceAll('/home/app/', ''),
  };
}

describe('confirming what an answer tells of', () => {
  const never = () => new Promise<never>(() => undefined);
  const done = () => Promise.resolve();
  const patience = new Patience(() => performance.now());

  it('asks no database before the transactions have committed', async () => {
    const order: string[] = [];
    const ended = Promise.resolve(true).then((committed) => (order.push('ended'), committed));
    const flush = async () => order.push('flush');
    await confirmStored([database(flush)], new Set([{ ended }]), 0, patience);
    expect(order).toEqual(['ended', 'flush']);
  });

  it('fails where one was rolled back, whatever the store says', async () => {
    const transactions = new Set([{ ended: Promise.resolve(false) }]);
    await expect(confirmStored([database(done)], transactions, 0, patience)).rejects.toMatchObject({
      code: 'TRANSACTION_ROLLED_BACK',
    });
  });

  it('has one code for every reason, and names no folder of the host', async () => {
    const fenced = () =>
      Promise.reject(new PersistenceError('REPLICA_FENCED', 'In /home/app/a.db.'));
    const refused = confirmStored([database(done), database(fenced)], new Set(), 0, patience);
    await expect(refused).rejects.toMatchObject({
      code: 'COMMIT_UNCONFIRMED',
      message: expect.stringContaining('In a.db.'),
    });
    const bug = () => Promise.reject(new TypeError('secret'));
    const other = confirmStored([database(bug)], new Set(), 0, patience);
    await expect(other).rejects.toMatchObject({
      code: 'COMMIT_UNCONFIRMED',
      message: expect.not.stringContaining('secret'),
    });
  });

  it('is bounded by the time of each database, of which some may be over', async () => {
    const late = confirmStored([database(done), database(never, 1)], new Set(), 0, patience);
    await expect(late).rejects.toMatchObject({ code: 'COMMIT_UNCONFIRMED' });
    const open = new Set([{ ended: never() }]);
    const over = confirmStored([database(done, 60_000)], open, 60_000, patience);
    await expect(over).rejects.toMatchObject({ code: 'COMMIT_UNCONFIRMED' });
  });
});
