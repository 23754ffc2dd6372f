import type { ObjectInfo } from '../../storage/object-store';
import { backupMetadata, isOwnCopy, ownerText, readBackupIdentity } from './backup-metadata';
import { planPut } from './put-plan';

const own = {
  lineage: 'a'.repeat(32),
  epoch: 3,
  txid: 10,
  sha256: 'b'.repeat(64),
  bytes: 4096,
};

function standing(change: Partial<typeof own> = {}): ObjectInfo {
  const identity = { ...own, ...change };
  return { key: 'app.db', size: 4096, time: 0, tag: 't1', metadata: backupMetadata(identity) };
}
const foreign: ObjectInfo = { ...standing(), metadata: {} };
const plan = (info: ObjectInfo | null, journals: string[] = [], swap = true) =>
  planPut({ info, journals }, own, swap);

describe('what a backup does about what stands in its place', () => {
  it('creates where there is nothing, and replaces exactly the earlier backup it saw', () => {
    expect(plan(null)).toEqual({ step: 'put', mode: 'create' });
    expect(plan(standing({ txid: 9 }))).toEqual({ step: 'put', mode: { ifMatch: 't1' } });
    expect(plan(standing({ txid: 9 }), [], false)).toEqual({ step: 'put', mode: 'overwrite' });
  });

  it('never replaces a later state of the same history', () => {
    expect(plan(standing({ txid: 11 }))).toEqual({ step: 'newer' });
    expect(plan(standing({ txid: 11 }), ['app.db-wal'])).toEqual({ step: 'newer' });
  });

  it('knows itself again', () => {
    expect(plan(standing())).toEqual({ step: 'present' });
    expect(plan({ ...standing(), size: 1 })).toMatchObject({ step: 'put' });
    expect(plan(standing({ sha256: 'c'.repeat(64) }))).toMatchObject({ step: 'put' });
  });

  it('keeps whatever is not of this history, also a journal that would be played into ours', () => {
    expect(plan(foreign)).toEqual({ step: 'keep-foreign', mode: { ifMatch: 't1' } });
    expect(plan(standing({ lineage: 'd'.repeat(32), txid: 99 }))).toMatchObject({
      step: 'keep-foreign',
    });
    expect(plan(standing({ txid: 9 }), ['app.db-journal'])).toMatchObject({ step: 'keep-foreign' });
    expect(plan(null, ['app.db-wal'])).toEqual({ step: 'keep-foreign', mode: 'create' });
  });

  it('takes an object for a backup only by all of what it says about itself', () => {
    expect(readBackupIdentity(standing())).toMatchObject({ txid: 10, epoch: 3 });
    for (const field of ['lineage', 'epoch', 'txid', 'sha256']) {
      const metadata = { ...standing().metadata, [field]: 'x' };
      expect(readBackupIdentity({ ...standing(), metadata })).toBeNull();
    }
  });

  it('knows copies of earlier histories of the same database, and no others', () => {
    const identity = { application: '@school/courses', database: 'app', deployment: 'Büro \ud800' };
    const owner = ownerText(identity);
    expect(owner).toMatch(/^[\x21-\x7e]+$/);
    const metadata = backupMetadata({ ...own, lineage: 'd'.repeat(32) }, owner);
    const copy = { ...standing(), metadata };
    expect(isOwnCopy(copy, own.lineage, owner)).toBe(true);
    expect(isOwnCopy(copy, 'd'.repeat(32), undefined)).toBe(true);
    expect(isOwnCopy(copy, own.lineage, ownerText({ ...identity, database: 'orders' }))).toBe(
      false,
    );
    expect(isOwnCopy({ ...copy, metadata: {} }, own.lineage, undefined)).toBe(false);
    expect(ownerText({ ...identity, application: 'x'.repeat(2_000) })).toBeUndefined();
  });
});
