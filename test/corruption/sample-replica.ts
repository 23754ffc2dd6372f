import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { mergeLtx } from '../../libs/ltx';
import { MemoryStore, readBody } from '../../libs/storage';
import { logKey } from '../../libs/replica/log/log-keys';
import { Life } from '../compat/life';
import { rowHash } from '../compat/row-hash';
import type { Places } from '../replica/places';

/** The objects of a store, which a damage changes. */
export type Objects = Map<string, { readonly bytes: Buffer; readonly time: number }>;

export interface SampleReplica {
  readonly objects: Objects;
  /** What the database held at each TXID. */
  readonly states: ReadonlyMap<number, string>;
  /** The newest TXID. */
  readonly head: number;
}

export const entryKey = (txid: number): string => logKey(0, txid, txid);

export async function readObjects(store: MemoryStore): Promise<Objects> {
  const objects: Objects = new Map();
  for await (const { key } of store.list('')) {
    const object = await store.get(key);
    objects.set(key, { bytes: await readBody(object, object.size), time: object.time });
  }
  return objects;
}

export async function storeOf(objects: Objects): Promise<MemoryStore> {
  const store = new MemoryStore();
  for (const [key, { bytes, time }] of objects)
    await store.put(key, bytes, { mode: 'create', time });
  return store;
}

/**
 * A replica with everything in it: an adopted database, data, releases, claims without a release, a shrunk database, and
 * a snapshot of the first lives beside the entries that it holds. `seed` tells two such replicas apart. Leaves the disk as
 * the last life, which ended cleanly, left it.
 */
export async function makeSample(places: Places, seed: string): Promise<SampleReplica> {
  const store = new MemoryStore();
  const states = new Map<number, string>();
  const begin = (): Promise<Life> => Life.start({ database: places.database, store });
  const change = async (life: Life, sql: string): Promise<void> => {
    const txid = await life.store(sql);
    states.set(txid, rowHash(life.app));
  };

  makeDatabase(
    places.database,
    `CREATE TABLE t (id INTEGER PRIMARY KEY, body TEXT); ${rows(1, 40, seed)}`,
  );
  let life = await begin();
  states.set(1, rowHash(life.app));
  await change(life, rows(100, 150, seed));
  await life.end();
  life = await begin();
  await change(life, `UPDATE t SET body = body || '${seed}' WHERE id % 4 = 0`);
  const snapshot = await life.store(rows(200, 260, seed));
  states.set(snapshot, rowHash(life.app));
  await life.vanish();
  places.wipeDisk();
  life = await begin();
  await change(life, 'DELETE FROM t WHERE id < 120; VACUUM');
  await change(life, rows(300, 420, seed));
  await life.vanish();
  places.wipeDisk();
  life = await begin();
  await change(life, `DELETE FROM t WHERE id % 5 = 0`);
  await change(life, `INSERT INTO t (body) VALUES ('${seed}')`);
  await life.end();

  const objects = await readObjects(store);
  const head = [...objects.keys()].filter((key) => key.startsWith('ltx/0/')).length;
  await addSnapshot(objects, snapshot);
  fillIn(states, head);
  return { objects, states, head };
}

/** The log alone. */
export function withoutSnapshot({ objects, ...sample }: SampleReplica): SampleReplica {
  const files = [...objects].filter(([key]) => !key.startsWith('ltx/9/'));
  return { ...sample, objects: new Map(files) };
}

/** As if the last life had not ended yet: the newest entry holds data. */
export function withoutRelease({ objects, states, head }: SampleReplica): SampleReplica {
  const files = [...objects].filter(([key]) => key !== entryKey(head));
  return { objects: new Map(files), states, head: head - 1 };
}

function makeDatabase(path: string, sql: string): void {
  mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path);
  database.exec(sql);
  database.close();
}

/** Texts that no compressor shortens much, and that are the same in every run. */
function rows(from: number, to: number, seed: string): string {
  const values: string[] = [];
  for (let id = from; id < to; id++) {
    const text = createHash('sha512').update(`${seed} ${id}`).digest('base64');
    values.push(`(${id}, '${text.repeat(2)}')`);
  }
  return `INSERT INTO t VALUES ${values.join(', ')}`;
}

/** Claims and releases change nothing. */
function fillIn(states: Map<number, string>, head: number): void {
  for (let txid = 2; txid <= head; txid++)
    if (!states.has(txid)) states.set(txid, states.get(txid - 1)!);
}

/** As maintenance will: the fold of the entries up to `txid`, at level 9, dated as the last of them. */
async function addSnapshot(objects: Objects, txid: number): Promise<void> {
  const inputs = Array.from({ length: txid }, (_, at) => objects.get(entryKey(at + 1))!);
  const last = inputs.at(-1)!;
  const chunks: Buffer[] = [];
  await mergeLtx(
    inputs.map(({ bytes }) => once(bytes)),
    (chunk) => chunks.push(Buffer.from(chunk)),
    { lastChecksum: last.bytes.toString('hex', last.bytes.length - 8), wal: 'last' },
  );
  objects.set(logKey(9, 1, txid), { bytes: Buffer.concat(chunks), time: last.time });
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
