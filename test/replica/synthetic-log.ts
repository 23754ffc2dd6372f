import { encodePageless, LtxDecoder, type LtxHeader, ZERO_CHECKSUM } from '../../libs/ltx';
import type { FileMerger } from '../../libs/engine/file-merger';
import { createInProcessMerger } from '../../libs/engine/maintenance/in-process-merger';
import type { PersistenceError } from '../../libs/errors';
import { readInventory, type Inventory } from '../../libs/replica/log/inventory';
import { logKey } from '../../libs/replica/log/log-keys';
import { RecentFiles } from '../../libs/replica/log/recent-files';
import { planRestore, type RestoreTarget } from '../../libs/replica/log/restore-plan';
import type { Level } from '../../libs/replica/maintain/levels';
import { Maintenance } from '../../libs/replica/maintain/maintenance';
import type {
  MaintenanceResult,
  MaintenanceSettings,
} from '../../libs/replica/maintain/maintenance-types';
import type { ObjectStore } from '../../libs/storage/object-store';
import type { ManualClock } from '../../libs/testing';
import { encode, headerOf, type Pages } from '../compat/fixtures/ltx-samples';

/** Where a synthetic log ends. */
export interface SyntheticHead {
  readonly txid: number;
  readonly checksum: string;
  readonly timestamp: number;
  readonly commit: number;
  readonly nodeId: string;
}

export interface SyntheticOptions {
  readonly store: ObjectStore;
  readonly clock: ManualClock;
  /** 16 hex digits. */
  readonly nodeId: string;
  readonly settings?: MaintenanceSettings;
  readonly levels?: readonly Level[];
  readonly merger?: FileMerger;
  /** What it continues; a new log where left out. */
  readonly head?: SyntheticHead;
  readonly pageSize?: number;
}

const NOWHERE: Omit<SyntheticHead, 'nodeId'> = {
  txid: 0,
  checksum: ZERO_CHECKSUM,
  timestamp: 0,
  commit: 1,
};

/**
 * One life of an owner without a database: real entries, as the engine would make them, and real maintenance of them. Pages
 * are told by one number each.
 */
export class SyntheticLog {
  head: SyntheticHead;
  readonly maintenance: Maintenance;
  readonly recent = new RecentFiles();
  readonly errors: PersistenceError[] = [];
  readonly pageSize: number;

  constructor(readonly options: SyntheticOptions) {
    const { store, clock, nodeId, settings = {}, levels } = options;
    this.pageSize = options.pageSize ?? 512;
    this.head = options.head ?? { ...NOWHERE, nodeId };
    this.maintenance = new Maintenance({
      store,
      clock,
      nodeId,
      settings,
      merger: options.merger ?? createInProcessMerger(),
      recent: this.recent,
      head: () => this.head,
      status: {
        maintained: () => undefined,
        maintenanceFailed: (error) => this.errors.push(error),
      },
      ...(levels && { levels }),
    });
  }

  maintain(): Promise<MaintenanceResult> {
    return this.maintenance.run();
  }

  /** The next entry: pages by number, each filled with a number, in a database of `commit` pages. */
  async data(fills: ReadonlyMap<number, number>, commit = this.head.commit): Promise<number> {
    const pages: Pages = new Map(
      [...fills]
        .toSorted(([a], [b]) => a - b)
        .map(([pgno, fill]) => [pgno, pageOf(fill, this.pageSize)]),
    );
    const header = this.header('data', commit);
    const { bytes, summary } = encode(header, pages);
    return this.store(header, bytes, summary.checksum);
  }

  async pageless(kind: 'claim' | 'release'): Promise<number> {
    const header = this.header(kind, this.head.commit);
    const { bytes, checksum } = encodePageless(header);
    return this.store(header, Buffer.from(bytes), checksum);
  }

  /** What another life would continue. */
  nextLife(nodeId: string, changes: Partial<SyntheticOptions> = {}): SyntheticLog {
    return new SyntheticLog({ ...this.options, ...changes, nodeId, head: this.head });
  }

  private header(kind: 'data' | 'claim' | 'release', commit: number): LtxHeader {
    const txid = this.head.txid + 1;
    return headerOf({
      pageSize: this.pageSize,
      commit,
      minTxid: txid,
      maxTxid: txid,
      timestamp: Math.max(this.options.clock.now(), this.head.timestamp + 1),
      nodeId: this.options.nodeId,
      entry: { kind, frameChecksum: ZERO_CHECKSUM, parent: this.head.checksum },
    });
  }

  private async store(header: LtxHeader, bytes: Buffer, checksum: string): Promise<number> {
    const { maxTxid: txid, timestamp, commit, nodeId } = header;
    const key = logKey(0, txid, txid);
    await this.options.store.put(key, bytes, { mode: 'create', time: timestamp });
    this.head = { txid, checksum, timestamp, commit, nodeId };
    const file = { level: 0, minTxid: txid, maxTxid: txid, size: bytes.length, key };
    this.recent.add({ ...file, time: timestamp }, bytes);
    return txid;
  }
}

function pageOf(fill: number, pageSize: number): Buffer {
  const page = Buffer.alloc(pageSize);
  for (let at = 0; at < 64; at += 4)
    page.writeUInt32BE(Math.imul(fill + at, 2_654_435_761) >>> 0, at);
  page.writeUInt32BE(fill, 0);
  return page;
}

/** The state that a target gives: size and the fill of each page. The chain of entries is checked on the way. */
export async function stateOf(
  store: ObjectStore,
  target: RestoreTarget = { kind: 'latest' },
  inventory?: Inventory,
): Promise<{ readonly txid: number; readonly pages: string }> {
  const listed = inventory ?? (await readInventory(store));
  const plan = planRestore(listed, target, Number.POSITIVE_INFINITY);
  const pages = new Map<number, number>();
  let last: { readonly txid: number; readonly entry: string } | null = null;
  let commit = 0;
  for (const { key } of plan.files) {
    const { header, checksum } = await applyFile(store, key, pages);
    const { entry, minTxid, maxTxid } = header;
    if (
      entry?.kind !== 'merged' &&
      last &&
      minTxid === last.txid + 1 &&
      entry?.parent !== last.entry
    )
      throw new Error(`${key} does not continue TXID ${last.txid}`);
    commit = header.commit;
    for (const pgno of pages.keys()) if (pgno > commit) pages.delete(pgno);
    last = { txid: maxTxid, entry: entry?.kind === 'merged' ? entry.parent : checksum };
  }
  const fills = Array.from({ length: commit }, (_, at) => pages.get(at + 1) ?? 'missing');
  return { txid: plan.txid, pages: fills.join(' ') };
}

async function applyFile(store: ObjectStore, key: string, pages: Map<number, number>) {
  const decoder = new LtxDecoder({
    page: (pgno, data) => void pages.set(pgno, Buffer.from(data).readUInt32BE(0)),
  });
  for await (const chunk of (await store.get(key)).body) decoder.write(chunk);
  return decoder.end();
}
