import type { PersistenceStatus } from 'nestjs-persistence';
import { homePage } from './home-page';

const status: PersistenceStatus = {
  summary: 'Every commit is stored in a directory.',
  survivesRedeploy: true,
  database: 'app',
  storage: 'directory',
  role: 'owner',
  origin: 'restored',
  epoch: 7,
  durableTxid: 9,
  lag: { ms: 0, commits: 0, bytes: 0 },
  lastStored: { txid: 9, at: 1_764_000_000_000, bytes: 4_321, durationMs: 3 },
  openTransactionMs: null,
  openTransactionBy: null,
  lastBackup: null,
  backupAgeMs: null,
  backupError: null,
  lastVerify: null,
  maintenance: null,
  requests: null,
  error: null,
};
const content = {
  counts: { users: 1_234, courses: 51, lessons: 5_000, enrolments: 3, progress: 4 },
  catalogue: { selection: 'small', state: 'complete', loaded: 5_000, total: 5_000 },
  status,
  now: 1_764_000_002_000,
} as const;

describe('the landing page', () => {
  it('shows counts and the state stored last', () => {
    const page = homePage(content);
    expect(page).toContain('<dt>users</dt><dd>1,234</dd>');
    expect(page).toContain('TXID 9, 2025-11-24T16:00:00.000Z (2.0 s ago), 4,321 bytes in 3 ms');
    expect(page).toContain('<p class="good">');
  });

  it('shows trouble with its code and hint, and no markup from a message', () => {
    const error = {
      code: 'STORE_UNREACHABLE',
      message: 'No answer from <b>&"store"</b>.',
      hint: 'Check it.',
      since: 1_764_000_001_000,
    } as const;
    const page = homePage({ ...content, status: { ...status, error } });
    expect(page).toContain(
      'STORE_UNREACHABLE: No answer from &lt;b&gt;&amp;&quot;store&quot;&lt;/b&gt;. Check it.',
    );
    expect(page).toContain('<p class="bad">');
  });

  it('says plainly when data does not survive', () => {
    const page = homePage({ ...content, status: { ...status, survivesRedeploy: false } });
    expect(page).toContain('<p class="bad">');
  });
});
