import { BALANCE, transferText, wrongBalances } from './accounts';
import { soakIsClean, soakTable } from './report';
import { soak } from './soak';

const few = { programs: 12, rounds: 2, seed: 7 };

describe('random clients at once', () => {
  it('lose nothing that was acknowledged, and leave nothing that was refused', async () => {
    const result = await soak('ours', few);
    expect(result).toMatchObject({
      lost: 0,
      ghosts: 0,
      doubled: 0,
      dirty: 0,
      unread: 0,
      wrongBalances: 0,
    });
    expect([...result.unexpected]).toEqual([]);
    expect(result.acknowledged).toBeGreaterThan(100);
  }, 60_000);

  it('are the same again with the same seed', async () => {
    const once = { ...few, rounds: 1 };
    const [first, second] = [await soak('ours', once), await soak('ours', once)];
    expect(second.acknowledged).toBe(first.acknowledged);
    expect((await soak('ours', { ...once, seed: 8 })).acknowledged).not.toBe(first.acknowledged);
  }, 60_000);

  it('lose rows on a DataSource that does not isolate, and the report says so', async () => {
    const stock = await soak('stock', few);
    expect(stock.lost).toBeGreaterThan(0);
    expect(soakIsClean(stock)).toBe(false);
    expect(soakTable({ ours: stock, stock })).toContain('lost');
  }, 60_000);
});

test('a transfer that was done by halves is a wrong balance', () => {
  const transfer = { from: 'account 1', to: 'account 2', amount: 5, name: 'x' };
  const row = { text: transferText(transfer), amount: 0 };
  const account = (n: number, amount: number) => ({ text: `account ${n}`, amount });
  expect(wrongBalances([account(1, BALANCE - 5), account(2, BALANCE + 5), row])).toBe(0);
  expect(wrongBalances([account(1, BALANCE - 5), account(2, BALANCE), row])).toBe(1);
  expect(wrongBalances([account(1, BALANCE - 5), account(2, BALANCE + 5)])).toBe(2);
});
