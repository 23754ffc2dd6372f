import type { PersistenceStatus } from '../persistence-status';
import { deadReason, unhealthyReason } from './health-verdict';

const healthy: PersistenceStatus = {
  summary: '',
  survivesRedeploy: true,
  database: 'app',
  storage: 'directory',
  role: 'owner',
  origin: 'created',
  epoch: 1,
  durableTxid: 9,
  lag: { ms: 0, commits: 0, bytes: 0 },
  lastStored: null,
  openTransactionMs: null,
  openTransactionBy: null,
  lastBackup: null,
  backupAgeMs: 0,
  backupError: null,
  lastVerify: null,
  maintenance: null,
  requests: null,
  error: null,
};
const error = {
  code: 'STORE_UNREACHABLE',
  message: 'No answer.',
  hint: 'Check it.',
  since: 0,
} as const;

const reason = (change: Partial<PersistenceStatus>) =>
  unhealthyReason({ ...healthy, ...change }, { lagMaxMs: 5_000, transactionMaxMs: 30_000 });

describe('health', () => {
  it('is up for an owner within its budget, also while the store fails', () => {
    expect(reason({})).toBeNull();
    expect(reason({ lag: { ms: 5_000, commits: 3, bytes: 100 }, error })).toBeNull();
    expect(reason({ openTransactionMs: 30_000 })).toBeNull();
  });

  it('is up without a replica: there is nothing that could lag', () => {
    expect(reason({ role: 'local' })).toBeNull();
    expect(reason({ role: 'disabled' })).toBeNull();
  });

  it('is down beyond the lag, saying how much waits and why', () => {
    expect(reason({ lag: { ms: 42_000, commits: 311, bytes: 1_200_000 }, error })).toBe(
      'Not stored for 42 s: 311 commits, 1.2 MB. STORE_UNREACHABLE: No answer. Check it.',
    );
  });

  it('is down for a transaction that nobody ends', () => {
    const openTransactionMs = 30_001;
    expect(reason({ openTransactionMs, openTransactionBy: 'app' })).toMatch(
      /open for 30 s on the app's TypeORM connection/,
    );
    expect(reason({ openTransactionMs, openTransactionBy: 'other' })).toMatch('another process');
  });

  it('is down before the database is there, after it has gone, and when another instance has it', () => {
    expect(reason({ role: 'starting' })).toMatch('restored');
    expect(reason({ role: 'starting', error })).toMatch('STORE_UNREACHABLE');
    expect(reason({ role: 'stopped' })).toMatch('shutting down');
    expect(reason({ role: 'fenced', error })).toMatch('taken the database over');
    expect(reason({ role: 'local', error })).toMatch('STORE_UNREACHABLE');
  });

  it('is down for a backup that is too old, where one is asked for, and says why there is no newer one', () => {
    const backupError = { ...error, code: 'STORE_DENIED' } as const;
    const old = { ...healthy, backupAgeMs: 7_200_000, backupError };
    const limits = { lagMaxMs: 5_000, transactionMaxMs: 30_000 };
    expect(unhealthyReason(old, limits)).toBeNull();
    expect(unhealthyReason(old, { ...limits, backupAgeMaxMs: 7_200_000 })).toBeNull();
    expect(unhealthyReason(old, { ...limits, backupAgeMaxMs: 3_600_000 })).toBe(
      'No backup of the newest state for 2 h. STORE_DENIED: No answer. Check it.',
    );
    const none = { ...healthy, backupAgeMs: null };
    expect(unhealthyReason(none, { ...limits, backupAgeMaxMs: 1 })).toBeNull();
  });
});

describe('liveness', () => {
  it('ends for an instance that was superseded a while ago, and for nothing that a store does', () => {
    const fenced = { ...healthy, role: 'fenced', error: { ...error, since: 1_000 } } as const;
    expect(deadReason(fenced, 61_000, 60_000)).toBeNull();
    expect(deadReason(fenced, 61_001, 60_000)).toMatch('only a restart');
    const away = { ...healthy, error, lag: { ms: 9e9, commits: 1, bytes: 1 } };
    expect(deadReason(away, 9e9, 60_000)).toBeNull();
    expect(deadReason({ ...healthy, role: 'starting', error }, 9e9, 60_000)).toBeNull();
  });
});
