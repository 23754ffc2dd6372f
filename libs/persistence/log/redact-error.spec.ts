import { inspect } from 'node:util';
import { PersistenceError } from '../../errors';
import { redactFolders } from './redact';
import { redactedError } from './redact-error';

describe('an error that an app prints', () => {
  const redact = redactFolders(['/srv/secret/app.db']);

  it('names no folder of the host, in its message, its hint, or what caused it', () => {
    const cause = Object.assign(new Error('EACCES: /srv/secret/app.db'), {
      path: '/srv/secret/app.db',
    });
    const error = new PersistenceError('DATABASE_UNREADABLE', '/srv/secret/app.db is shut.', {
      hint: 'Open /srv/secret/app.db.',
      key: 'replica.json',
      cause,
    });
    const shown = redactedError(error, redact);
    expect(inspect(shown)).not.toContain('/srv/secret');
    expect(shown).toMatchObject({
      code: 'DATABASE_UNREADABLE',
      kind: error.kind,
      message: 'app.db is shut.',
      hint: 'Open app.db.',
      key: 'replica.json',
      cause: expect.stringContaining('EACCES: app.db'),
    });
  });

  it('is left as it is where it names none', () => {
    const error = new PersistenceError('DATABASE_IN_USE', 'app.db is in use.', {
      cause: new Error('busy'),
    });
    expect(redactedError(error, redact)).toBe(error);
  });
});
