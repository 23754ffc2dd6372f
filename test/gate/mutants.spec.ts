import type { ConfirmStored } from '../../libs/persistence/durable/confirm-stored';
import { type GateApp, gateApps, PLATFORMS } from './support/gate-app';
import { failedChecks } from './support/core-checks';

/** Puts another way of confirming into the gate of an app. */
function sabotage(app: GateApp, confirm: ConfirmStored): void {
  (app.gate as { confirm: ConfirmStored }).confirm = confirm;
}

const IN_TRANSACTIONS = [
  'an answer of a transaction waits for its end',
  'an answer of a rolled back transaction is not sent',
];

describe.each(PLATFORMS)('on %s the checks of the gate can fail', (platform) => {
  const start = gateApps();

  it('not for ours', async () => {
    expect(await failedChecks(await start(platform))).toEqual([]);
  });

  it('for one that does not wait for flush()', async () => {
    const app = await start(platform);
    sabotage(app, async (databases, transactions) => {
      for (const { ended } of transactions) await ended;
      for (const database of databases) database.flush().catch(() => undefined);
    });
    expect(await failedChecks(app)).toEqual([
      'an answer waits for the store',
      'a stream waits for the store',
      'a refusal waits for the store',
      'an answer of a rolled back transaction is not sent',
    ]);
  });

  it('for one that looks at no open transaction', async () => {
    const app = await start(platform);
    const { confirm } = app.gate;
    sabotage(app, (databases, _, waitedMs) => confirm(databases, new Set(), waitedMs));
    expect(await failedChecks(app)).toEqual(IN_TRANSACTIONS);
  });

  it('for one that confirms nothing', async () => {
    const app = await start(platform);
    sabotage(app, () => Promise.resolve());
    expect(await failedChecks(app)).toHaveLength(5);
  });
});
