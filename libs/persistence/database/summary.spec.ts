import { FakeReplica } from '../../../test/journeys/support/fake-replica';
import type { ReplicaStatus } from '../../replica';
import { resolveSettings } from '../module/settings';
import { summarise } from './summary';

const AT = Date.parse('2026-11-24T10:00:00Z');
const settings = resolveSettings('app', { lagMaxMs: 5_000 }, (name) =>
  name === 'S3_BUCKET' ? 'b' : undefined,
);
const denied = { code: 'STORE_DENIED', message: 'No.', hint: 'Ask.', since: AT } as const;
const lastStored = { txid: 9, at: AT, bytes: 100, durationMs: 5 };
const waiting = (ms: number, commits = 3) => ({ ms, commits, bytes: 100 });

const owner: ReplicaStatus = {
  ...new FakeReplica().view,
  role: 'owner',
  durableTxid: 9,
  lastStored,
};
const said = (change: Partial<ReplicaStatus>) => summarise(settings, { ...owner, ...change });

describe('whether data survives a redeploy', () => {
  it('yes, while every commit is stored or on its way', () => {
    for (const lag of [waiting(0, 0), waiting(40)]) {
      expect(said({ lag })).toEqual({
        summary:
          'Data survives a redeploy: every commit is stored in S3, bucket b, app.db.replica.',
        survivesRedeploy: true,
        storage: 's3',
      });
    }
  });

  it('not what waits while the store refuses it: until when, how much, how long, and why', () => {
    expect(said({ lag: waiting(10_000), error: denied })).toMatchObject({
      summary:
        'Data stored until 2026-11-24T10:00:00.000Z in S3, bucket b, app.db.replica survives a redeploy; 3 commits have waited 10 s (STORE_DENIED) and would not survive.',
      survivesRedeploy: false,
    });
    expect(said({ lag: waiting(40), error: denied }).survivesRedeploy).toBe(false);
  });

  it('not what waits for longer than the lag allows, though nothing has failed yet', () => {
    expect(said({ lag: waiting(5_000, 1) }).survivesRedeploy).toBe(true);
    expect(said({ lag: waiting(5_001, 1), lastStored: null })).toMatchObject({
      summary: expect.stringMatching(/^Data stored in S3.*; 1 commit has waited 5.0 s and would/),
      survivesRedeploy: false,
    });
  });

  it('yes where the store fails and nothing waits for it, which is said', () => {
    expect(said({ error: denied })).toMatchObject({
      summary: expect.stringMatching(/every commit so far .* the store fails now \(STORE_DENIED\)/),
      survivesRedeploy: true,
    });
  });

  it('not where the store was emptied and its new history has not begun', () => {
    expect(said({ durableTxid: null, lag: waiting(1) })).toMatchObject({
      summary: expect.stringMatching(/^Nothing is stored/),
      survivesRedeploy: false,
    });
  });

  it('unknown where this instance did not start', () => {
    expect(said({ role: 'starting' }).survivesRedeploy).toBe(true);
    expect(summarise(settings, { ...owner, role: 'starting' }, denied)).toMatchObject({
      summary: expect.stringMatching(/^This instance did not start \(STORE_DENIED\)/),
      survivesRedeploy: false,
    });
  });

  it.each(['fenced', 'stopped'] as const)('not what an instance left that is %s', (role) => {
    expect(said({ role }).survivesRedeploy).toBe(true);
    expect(said({ role, lag: waiting(9, 2) })).toMatchObject({
      summary: expect.stringMatching(/^Data that was .*; 2 commits have not been stored\.$/),
      survivesRedeploy: false,
    });
  });
});
