import { randomBytes } from 'node:crypto';
import { createFileMerger } from '../../libs/engine';
import { LtxEncoder, ZERO_CHECKSUM } from '../../libs/ltx';
import { logKey } from '../../libs/replica/log/log-keys';
import { RecentFiles } from '../../libs/replica/log/recent-files';
import { Maintenance } from '../../libs/replica/maintain/maintenance';
import { DirectoryStore } from '../../libs/storage';
import { headerOf } from '../compat/fixtures/ltx-samples';
import { realClock } from '../compat/life';

// Folds a snapshot and files beside it, of so many MB each, and tells how much memory the process had at most.

export interface MaintenanceReport {
  readonly merged: number;
  /** Bytes of the new snapshot. */
  readonly bytes: number;
  /** KiB, before and at most. */
  readonly before: number;
  readonly maxRss: number;
}

const PAGE = 4096;
const HOUR = 3_600_000;

async function main([root, megabytes]: string[]): Promise<void> {
  const store = await DirectoryStore.open({ root: root! });
  const pages = (Number(megabytes) * 1e6) / PAGE;
  const old = Date.now() - 50 * HOUR;
  await putFile(store, 9, 1, 5, old, pages, 1);
  await putFile(store, 3, 6, 6, old + 1, pages, 3);
  await putFile(store, 3, 7, 7, old + 2, pages, 2);
  const checksum = await putFile(store, 0, 8, 8, old + 3, pages, pages);
  const before = process.resourceUsage().maxRSS;
  const merger = createFileMerger({ path: `${root}/app.db` });
  const maintenance = new Maintenance({
    store,
    merger,
    clock: realClock,
    nodeId: 'aaaaaaaaaaaaaaaa',
    settings: {},
    recent: new RecentFiles(),
    head: () => ({ txid: 8, checksum }),
    status: { maintained: () => undefined, maintenanceFailed: () => undefined },
  });
  const { merged } = await maintenance.run();
  await merger.close();
  const { bytes } = merged.find(({ level }) => level === 9)!;
  const { maxRSS: maxRss } = process.resourceUsage();
  process.stdout.write(JSON.stringify({ merged: merged.length, bytes, before, maxRss }));
}

/** Every `step`th page, of noise. Resolves to the checksum. */
async function putFile(
  store: DirectoryStore,
  level: number,
  minTxid: number,
  maxTxid: number,
  timestamp: number,
  commit: number,
  step: number,
): Promise<string> {
  const kind = level === 0 ? 'data' : 'merged';
  const entry = { kind, frameChecksum: ZERO_CHECKSUM, parent: ZERO_CHECKSUM } as const;
  const count = Math.floor(commit);
  const header = headerOf({ pageSize: PAGE, commit: count, minTxid, maxTxid, timestamp, entry });
  const noise = randomBytes(PAGE * 2);
  let checksum = '';
  const produce = function* (): Generator<Uint8Array> {
    let chunks: Buffer[] = [];
    const encoder = new LtxEncoder(header, (chunk) => chunks.push(Buffer.from(chunk)));
    for (let pgno = 1; pgno <= count; pgno += step) {
      encoder.page(pgno, noise, pgno % PAGE);
      yield* chunks;
      chunks = [];
    }
    checksum = encoder.finish().checksum;
    yield* chunks;
  };
  let size = 0;
  for (const chunk of produce()) size += chunk.length;
  // The same again: the length must be known before the first byte.
  const open = async function* (): AsyncGenerator<Uint8Array> {
    yield* produce();
  };
  await store.put(
    logKey(level, minTxid, maxTxid),
    { size, open },
    { mode: 'create', time: timestamp },
  );
  return checksum;
}

void main(process.argv.slice(2));
