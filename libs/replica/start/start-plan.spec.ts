import type { LocalDatabase } from '../../engine/database-engine';
import type { ReplicaDescriptor } from '../log/descriptor';
import type { Head } from '../log/head';
import { planStart } from './start-plan';

const descriptor = { lineage: 'l' } as ReplicaDescriptor;
const head = { txid: 7 } as Head;
const none: LocalDatabase = { path: 'app.db', present: false, size: 0, stored: null };
const file: LocalDatabase = { ...none, present: true, size: 4096 };
const knowing = (txid: number, lineage = 'l'): LocalDatabase => ({
  ...file,
  stored: { txid, lineage },
});

describe('The start table, as a plan', () => {
  it.each([
    ['nothing anywhere', { descriptor: null, head: null, local: none, backup: false }, 'create'],
    ['only a local file', { descriptor: null, head: null, local: file, backup: false }, 'adopt'],
    ['only a backup', { descriptor: null, head: null, local: none, backup: true }, 'receive'],
    [
      'a backup and a local file',
      { descriptor: null, head: null, local: file, backup: true },
      'receive',
    ],
    ['a history', { descriptor, head, local: none, backup: false }, 'restore'],
    ['a history and a local file', { descriptor, head, local: file, backup: false }, 'judge'],
    [
      'a history without a description',
      { descriptor: null, head, local: file, backup: false },
      'judge',
    ],
    ['a host that knows the head', { descriptor, head, local: knowing(7), backup: false }, 'judge'],
    [
      'a host that knows another history',
      { descriptor, head, local: knowing(9, 'm'), backup: false },
      'judge',
    ],
  ] as const)('%s', (_, situation, plan) => expect(planStart(situation)).toBe(plan));

  it.each([
    [
      'a description without a history',
      { descriptor, head: null, local: file, backup: true },
      'REPLICA_MISSING',
    ],
    [
      'a host that knows of later entries',
      { descriptor, head, local: knowing(8), backup: false },
      'REPLICA_BEHIND',
    ],
  ] as const)('refuses %s', (_, situation, code) => {
    expect(() => planStart(situation)).toThrow(expect.objectContaining({ code }));
  });
});
