import { PersistenceError } from '../../errors';
import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import type { ReplicaIdentity } from '../replica-types';
import { DESCRIPTOR_KEY } from './log-keys';

const MAX_BYTES = 64 * 1024;

/** `replica.json`: whose history this is. Written once, behind TXID 1. */
export interface ReplicaDescriptor extends ReplicaIdentity {
  readonly format: 1;
  /** Of this history: 32 hex digits. */
  readonly lineage: string;
  readonly engine: 'sqlite';
}

/** Null where there is none. */
export async function readDescriptor(
  store: ObjectStore,
  signal?: AbortSignal,
): Promise<ReplicaDescriptor | null> {
  let text: string;
  try {
    text = await readText(store, DESCRIPTOR_KEY, signal);
  } catch (error) {
    if (isStoreError(error, 'NotFound')) return null;
    throw error;
  }
  return parse(text);
}

/** Creates it; where another instance was faster, theirs stands. Returns what stands. */
export async function createDescriptor(
  store: ObjectStore,
  descriptor: ReplicaDescriptor,
): Promise<ReplicaDescriptor> {
  const body = Buffer.from(`${JSON.stringify(descriptor, null, 2)}\n`);
  try {
    await store.put(DESCRIPTOR_KEY, body, { mode: 'create' });
    return descriptor;
  } catch (error) {
    if (!isStoreError(error, 'AlreadyExists')) throw error;
    return (await readDescriptor(store)) ?? descriptor;
  }
}

/** Refuses a replica that belongs to something else. */
export function checkIdentity(stored: ReplicaDescriptor, own: ReplicaIdentity): void {
  for (const field of ['application', 'database', 'deployment'] as const) {
    if (stored[field] === own[field]) continue;
    throw new PersistenceError(
      'REPLICA_OF_ANOTHER_APP',
      `The replica belongs to ${field} "${stored[field]}", this is ${field} "${own[field]}".`,
      { key: DESCRIPTOR_KEY },
    );
  }
}

async function readText(
  store: ObjectStore,
  key: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  const object = await store.get(key, signal ? { signal } : {});
  if (object.size > MAX_BYTES) throw corrupt('is too large');
  const chunks: Uint8Array[] = [];
  for await (const chunk of object.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): ReplicaDescriptor {
  let value: Partial<ReplicaDescriptor>;
  try {
    value = JSON.parse(text) as Partial<ReplicaDescriptor>;
  } catch (error) {
    throw corrupt('is no JSON', error);
  }
  if (value?.format !== 1 || value.engine !== 'sqlite') throw corrupt('has another format');
  const texts = [value.lineage, value.application, value.database, value.deployment];
  if (texts.some((field) => typeof field !== 'string')) throw corrupt('lacks a field');
  return value as ReplicaDescriptor;
}

const corrupt = (what: string, cause?: unknown): PersistenceError =>
  new PersistenceError('REPLICA_CORRUPT', `${DESCRIPTOR_KEY} ${what}.`, {
    key: DESCRIPTOR_KEY,
    cause,
    hint: 'Bring the object back from a version or a copy, or remove it: the next start writes it anew.',
  });
