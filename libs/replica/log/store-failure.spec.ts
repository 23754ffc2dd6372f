import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { PersistenceError } from '../../errors';
import { StoreError, type StoreErrorKind } from '../../storage/store-error';
import { storeFailure } from './store-failure';

const fails = (kind: StoreErrorKind, key: string, text: string, cause?: unknown) =>
  storeFailure(new StoreError(kind, key, text, { cause }), 'Storing commits') as PersistenceError;
const errno = (code: string) => Object.assign(new Error(code), { code });

describe('what a failure of the store means to a user', () => {
  it('says what failed, on which object, and nothing where there is none', () => {
    expect(fails('PermissionDenied', 'ltx/0/1.ltx', '403 AccessDenied').message).toBe(
      'Storing commits failed: PermissionDenied: 403 AccessDenied (object ltx/0/1.ltx).',
    );
    expect(fails('Timeout', '', 'no answer').message).toBe(
      'Storing commits failed: Timeout: no answer.',
    );
  });

  it.each(['EACCES', 'EPERM'])(
    'speaks of the user of the process where a folder says %s',
    (code) => {
      const error = fails('PermissionDenied', 'k', code, errno(code));
      expect(error.code).toBe('STORE_DENIED');
      expect(error.hint).toMatch(/user that this process runs as.*NETWORK_DB_PATH/);
      expect(error.hint).not.toMatch('credentials');
    },
  );

  it('speaks of the mount where a folder is read-only', () => {
    expect(fails('Rejected', 'k', 'EROFS', errno('EROFS')).hint).toMatch('read-only');
  });

  it('asks for credentials where there are none or wrong ones, and for permissions where they lack some', () => {
    const unknown = fails('Unauthenticated', 'k', 'no credentials were found');
    expect(unknown).toMatchObject({ code: 'STORE_DENIED' });
    expect(unknown.hint).toMatch(/credentials are set/);
    expect(unknown.hint).not.toMatch('permission');
    expect(fails('PermissionDenied', 'k', '403').hint).toMatch('permission to read, create, list');
    expect(fails('Rejected', 'k', '400').hint).not.toMatch(/permission|credentials/);
  });

  it('tells a bucket that is gone, a full disk and an outage by their own codes and hints', () => {
    const gone = Object.assign(new Error('gone'), { name: 'NoSuchBucket' });
    expect(fails('Rejected', 'k', 'gone', gone)).toMatchObject({
      code: 'STORE_BUCKET_MISSING',
      hint: expect.stringMatching(/^Create the bucket/),
    });
    expect(fails('Rejected', 'k', 'full', errno('ENOSPC')).hint).toMatch(/^Free space/);
    expect(fails('Unavailable', 'k', 'no', errno('EACCES')).hint).toMatch(/^Check network/);
  });

  it('shows no folder of the host', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'failure-'));
    rmSync(folder, { recursive: true });
    const text = `EACCES: permission denied, rename '${folder}/a' -> '${folder}/b'`;
    expect(fails('PermissionDenied', 'b', text, errno('EACCES')).message).toBe(
      'Storing commits failed: PermissionDenied: EACCES: permission denied, rename (object b).',
    );
  });
});
