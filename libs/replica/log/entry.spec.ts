import { randomBytes } from 'node:crypto';
import { encode, type Encoded, headerOf } from '../../../test/compat/fixtures/ltx-samples';
import { type EntryInfo, type LtxHeader, ZERO_CHECKSUM } from '../../ltx';
import { MemoryStore } from '../../storage';
import { confirmPoint } from './confirm-point';
import { readEntryIdentity } from './entry';
import { readInventory } from './inventory';
import { logKey } from './log-keys';
import { planRestore, type RestoreTarget } from './restore-plan';

const at = (txid: number) => ({ minTxid: txid, maxTxid: txid });

describe('The identity of an entry', () => {
  const small = encode(headerOf(at(4)), new Map());
  const large = encode(
    headerOf({ ...at(5), commit: 20 }),
    new Map([...Array(20).keys()].map((n) => [n + 1, randomBytes(512)])),
  );

  it.each([
    ['a small', small, 1],
    ['a large', large, 2],
  ])('of %s one is read in as few requests as can be', async (_, { bytes, summary }, requests) => {
    const store = new MemoryStore();
    const key = logKey(0, summary.header.minTxid, summary.header.maxTxid);
    await store.put(key, bytes, { mode: 'create' });
    const get = jest.spyOn(store, 'get');
    await expect(readEntryIdentity(store, key)).resolves.toMatchObject({
      header: summary.header,
      checksum: summary.checksum,
    });
    expect(get).toHaveBeenCalledTimes(requests);
  });

  it.each<[string, Buffer]>([
    ['is empty', Buffer.alloc(0)],
    ['is cut in its header', small.bytes.subarray(0, 99)],
    ['is cut behind its header', small.bytes.subarray(0, 130)],
    ['is no LTX file', Buffer.alloc(200, 'x')],
    ['holds another TXID', encode(headerOf(at(5)), new Map()).bytes],
  ])('is refused where the object %s', async (_, bytes) => {
    const store = new MemoryStore();
    const key = logKey(0, 4, 4);
    await store.put(key, bytes, { mode: 'create' });
    await expect(readEntryIdentity(store, key)).rejects.toMatchObject({
      code: 'REPLICA_CORRUPT',
      key,
    });
  });

  it('is refused where the object was replaced between the two reads', async () => {
    const store = new MemoryStore();
    const key = logKey(0, 5, 5);
    await store.put(key, large.bytes, { mode: 'create' });
    const get = store.get.bind(store);
    jest.spyOn(store, 'get').mockImplementation(async (name, options) => {
      const object = await get(name, options);
      await store.put(key, Buffer.concat([large.bytes]), { mode: 'overwrite' });
      return object;
    });
    await expect(readEntryIdentity(store, key)).rejects.toMatchObject({
      code: 'REPLICA_CORRUPT',
      key,
    });
  });

  it('of an absent one is the store’s answer', async () => {
    await expect(readEntryIdentity(new MemoryStore(), logKey(0, 1, 1))).rejects.toMatchObject({
      kind: 'NotFound',
    });
  });
});

describe('An exact restore point', () => {
  let store: MemoryStore;
  beforeEach(() => (store = new MemoryStore()));

  const put = async (
    level: number,
    fields: Partial<LtxHeader>,
    entry: EntryInfo | null,
  ): Promise<Encoded> => {
    const header = headerOf({ commit: 1, ...fields, entry });
    const file = encode(
      header,
      header.minTxid === 1 ? new Map([[1, Buffer.alloc(512)]]) : new Map(),
    );
    const time = 1000 * header.maxTxid;
    await store.put(logKey(level, header.minTxid, header.maxTxid), file.bytes, {
      mode: 'create',
      time,
    });
    return file;
  };
  const entry = (parent: string, kind: EntryInfo['kind'] = 'data'): EntryInfo => ({
    kind,
    frameChecksum: ZERO_CHECKSUM,
    parent,
  });
  const confirm = async (target: RestoreTarget): Promise<number> => {
    const inventory = await readInventory(store);
    const plan = planRestore(inventory, target, 1_000_000);
    await confirmPoint(store, plan, inventory);
    return plan.txid;
  };
  const txid = (value: number): RestoreTarget => ({ kind: 'txid', txid: value });

  it('is an entry that its successor names, or the head', async () => {
    const first = await put(0, at(1), entry(ZERO_CHECKSUM));
    const second = await put(0, at(2), entry(first.summary.checksum));
    await put(0, at(3), entry(second.summary.checksum));
    for (const point of [1, 2, 3]) await expect(confirm(txid(point))).resolves.toBe(point);
    await expect(confirm({ kind: 'time', time: 2001 })).resolves.toBe(2);
  });

  it('is never a late claim that the history went past', async () => {
    const first = await put(0, at(1), entry(ZERO_CHECKSUM));
    const void_ = await put(0, at(2), entry(first.summary.checksum, 'claim'));
    // The true TXID 2 was another entry, merged with 3 and removed.
    await put(1, { minTxid: 2, maxTxid: 3 }, entry('8000000000000003', 'merged'));
    await put(0, at(3), entry('8000000000000002'));
    await put(0, at(4), entry('8000000000000003'));
    await expect(confirm(txid(2))).rejects.toMatchObject({
      code: 'RESTORE_POINT_UNKNOWN',
      key: logKey(0, 2, 2),
    });
    await expect(confirm({ kind: 'time', time: 2001 })).rejects.toMatchObject({
      code: 'RESTORE_POINT_UNKNOWN',
    });
    await expect(confirm(txid(1))).resolves.toBe(1);
    await expect(confirm({ kind: 'latest' })).resolves.toBe(4);
    expect(void_.summary.checksum).not.toBe('8000000000000002');
  });

  it('is the end of a merged file, whatever late claim stands beside it', async () => {
    await put(1, { minTxid: 1, maxTxid: 1 }, entry('8000000000000001', 'merged'));
    await put(1, { minTxid: 2, maxTxid: 4 }, entry('8000000000000004', 'merged'));
    await expect(confirm(txid(4))).resolves.toBe(4);
    await put(0, at(4), entry('8000000000000009', 'claim'));
    await expect(confirm(txid(4))).resolves.toBe(4);
  });

  it('is not a merged file of another history, beside the entry that it should end in', async () => {
    await put(1, { minTxid: 1, maxTxid: 1 }, entry('8000000000000001', 'merged'));
    await put(1, { minTxid: 2, maxTxid: 4 }, entry('8000000000000004', 'merged'));
    await put(0, at(4), entry('8000000000000009', 'data'));
    await expect(confirm(txid(4))).rejects.toMatchObject({ code: 'RESTORE_POINT_UNKNOWN' });
  });

  it('is an entry of Litestream, which makes no claims and names nothing', async () => {
    for (const point of [1, 2, 3]) await put(0, at(point), null);
    for (const point of [1, 2, 3]) await expect(confirm(txid(point))).resolves.toBe(point);
  });

  it('is an entry that only Litestream continued', async () => {
    await put(0, at(1), entry(ZERO_CHECKSUM));
    await put(0, at(2), null);
    await expect(confirm(txid(1))).resolves.toBe(1);
  });
});
