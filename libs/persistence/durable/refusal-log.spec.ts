import { PersistenceError } from '../../errors';
import { RefusalLog } from './refusal-log';

describe('the log of refused answers', () => {
  it('has a line in ten seconds at most, and that counts the others', () => {
    const lines: string[] = [];
    let now = 0;
    const keep = (line: string) => lines.push(line);
    const log = new RefusalLog({ log: keep, warn: keep, error: keep }, () => now);
    const error = new PersistenceError('COMMIT_UNCONFIRMED', 'Why.');
    for (now = 0; now < 12_000; now += 4_000) log.refused('An answer was refused', error);
    expect(lines).toHaveLength(1);
    log.refused('An answer was refused', error);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^An answer was refused\. COMMIT_UNCONFIRMED: Why\./);
    expect(lines[1]).toMatch('(and 2 others since the last line)');
  });
});
