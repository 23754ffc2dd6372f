import { LineCollector } from '../../../test/journeys/support/line-collector';
import { redactedLines, redactFolders } from './redact';

describe('paths of the host', () => {
  it('are cut down to the name of the file, the longest folder first', () => {
    const redact = redactFolders(['/srv/app.db', '/srv/data/app.db']);
    expect(redact('The file /srv/data/app.db gave way to /srv/app.db-wal.')).toBe(
      'The file app.db gave way to app.db-wal.',
    );
  });

  it('leave a text alone where there is no folder to hide', () => {
    expect(redactFolders([':memory:', '/app.db'])('a/b /app.db')).toBe('a/b /app.db');
  });

  it('do not get into lines of any level', () => {
    const kept = new LineCollector();
    const lines = redactedLines(kept, redactFolders(['/srv/app.db']));
    lines.log('/srv/a');
    lines.warn('/srv/b');
    lines.error('/srv/c');
    expect(kept.text).toBe('log a\nwarn b\nerror c');
  });
});
