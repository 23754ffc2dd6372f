import type { ObjectStore } from '../../storage/object-store';
import { isStoreError } from '../../storage/store-error';
import { PROBE_KEY } from '../log/log-keys';

const MAX_BYTES = 4096;

/** `probe.json`: that the conditions of this store were tried, so that the next start need not. */
export interface ProbeRecord {
  readonly format: 1;
  /** Of the history that it stands beside. */
  readonly lineage: string;
  /** Where the replica lay: one that was copied elsewhere takes this file along. */
  readonly location: string;
  /** Whether compare-and-swap was tried as well. */
  readonly compareAndSwap: boolean;
  /** ms since 1970. */
  readonly time: number;
}

/** Null where there is none that can be read: it is a note, and what it says can be found out again. */
export async function readProbeRecord(store: ObjectStore): Promise<ProbeRecord | null> {
  try {
    const object = await store.get(PROBE_KEY, { range: { offset: 0, length: MAX_BYTES } });
    const chunks: Uint8Array[] = [];
    for await (const chunk of object.body) chunks.push(chunk);
    return parse(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    if (isStoreError(error, 'NotFound')) return null;
    throw error;
  }
}

/** Whoever wrote one before, ours says the same or is newer. */
export async function writeProbeRecord(store: ObjectStore, record: ProbeRecord): Promise<void> {
  const body = Buffer.from(`${JSON.stringify(record, null, 2)}\n`);
  await store.put(PROBE_KEY, body, { mode: 'overwrite' });
}

function parse(text: string): ProbeRecord | null {
  try {
    const value = JSON.parse(text) as Partial<ProbeRecord> | null;
    return value?.format === 1 ? (value as ProbeRecord) : null;
  } catch {
    return null;
  }
}
