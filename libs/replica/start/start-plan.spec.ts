import type { LocalDatabase } from '../../engine/database-engine';
import type { ReplicaDescriptor } from '../log/descriptor';
import type { Head } from '../log/head';
import type { FoundBackup } from './receive-backup';
import { planStart } from './start-plan';

const descriptor = { lineage: 'l' } as ReplicaDescriptor;
const head = { txid: 7 } as Head;
const none: LocalDatabase = { path: 'app.db', present: false, size: 0, stored: null };
const file: LocalDatabase = { ...none, present: true, size: 4096 };
const knowing = (txid: number, lineage = 'l'): LocalDatabase => ({
  ...file,
  stored: { txid, lineage },
});

const upload: FoundBackup = { key: 'app.db', identity: null };
const backupAt = (txid: number, lineage = 'l'): FoundBackup => ({
  key: 'app.db',
  identity: { lineage, txid, epoch: 1, sha256: '' },
});

describe('The start table, as a plan', () => {
  it.each([
    ['nothing anywhere', { descriptor: null, head: null, local: none, backup: null }, 'create'],
    ['only a local file', { descriptor: null, head: null, local: file, backup: null }, 'adopt'],
    ['only a backup', { descriptor: null, head: null, local: none, backup: upload }, 'receive'],
    [
      'a backup and a local file',
      { descriptor: null, head: null, local: file, backup: upload },
      'receive',
    ],
    [
      'a history and its own backup',
      { descriptor, head, local: none, backup: backupAt(7) },
      'restore',
    ],
    [
      'a history and the backup of another one',
      { descriptor, head, local: none, backup: backupAt(9, 'm') },
      'restore',
    ],
    ['a history', { descriptor, head, local: none, backup: null }, 'restore'],
    ['a history and a local file', { descriptor, head, local: file, backup: null }, 'judge'],
    [
      'a history without a description',
      { descriptor: null, head, local: file, backup: null },
      'judge',
    ],
    ['a host that knows the head', { descriptor, head, local: knowing(7), backup: null }, 'judge'],
    [
      'a host that knows another history',
      { descriptor, head, local: knowing(9, 'm'), backup: null },
      'judge',
    ],
  ] as const)('%s', (_, situation, plan) => expect(planStart(situation)).toBe(plan));

  it.each([
    [
      'a description without a history',
      { descriptor, head: null, local: file, backup: upload },
      'REPLICA_MISSING',
    ],
    [
      'a host that knows of later entries',
      { descriptor, head, local: knowing(8), backup: null },
      'REPLICA_BEHIND',
    ],
    [
      'a backup of ours whose history is gone',
      { descriptor: null, head: null, local: file, backup: backupAt(7) },
      'REPLICA_MISSING',
    ],
    [
      'a history that ends before its own backup',
      { descriptor, head, local: none, backup: backupAt(8) },
      'REPLICA_BEHIND',
    ],
  ] as const)('refuses %s', (_, situation, code) => {
    expect(() => planStart(situation)).toThrow(expect.objectContaining({ code }));
  });
});
