import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LtxHeader } from '../../../libs/ltx';
import type { ObjectStore } from '../../../libs/storage';
import type { PlatformModel } from '../model/platform-model';
import { readHeadEntry } from './head-entry';
import { copyPair, judge, type Verdict } from './page-oracle';
import { readFile } from './read-file';
import { restoreCopy } from './restore-copy';

/** What a life left behind, kept outside its disk. */
export interface Remains {
  readonly folder: string;
  /** Untouched copies of the database, its log (`-wal`) and its sidecar, as far as there were any. */
  readonly database: string;
  readonly head: LtxHeader | null;
}

export interface Findings {
  readonly remains: Remains;
  readonly pages: Verdict;
  /** What the replica gives back wrongly. */
  readonly wrong: readonly string[];
}

export interface DeathScene {
  readonly database: string;
  readonly replica: ObjectStore;
  /** A folder for this life's remains. */
  readonly folder: string;
  readonly model: PlatformModel;
  /** Inode of the database file when the life began; null if there was none. */
  readonly inodeBefore: bigint | null;
  /** Inode of a database that was spoiled while the app was stopped; null if none was. */
  readonly spoiled: bigint | null;
}

const NOTHING = { users: new Map(), courses: new Map(), flaws: [] };
export const SIDECAR = '.persistence.json';

export const inodeOf = (path: string): bigint | null =>
  statSync(path, { bigint: true, throwIfNoEntry: false })?.ino ?? null;

/**
 * Looks at a dead life before anything of it is wiped: restores the replica beside it, holds what came back against the
 * model, and against the dead files page by page.
 */
export async function postMortem(scene: DeathScene): Promise<Findings> {
  const remains = await collect(scene);
  const { head, folder } = remains;
  if (!head) {
    const wrong = scene.model.wrong(NOTHING);
    return { remains, pages: { kind: 'skipped', reason: 'the replica is empty' }, wrong };
  }
  const restored = join(folder, 'restored.db');
  const { txid } = await restoreCopy(scene.replica, restored);
  const wrong = scene.model.wrong(readFile(restored));
  if (txid !== head.maxTxid) wrong.push(`TXID ${txid} was restored, the head is ${head.maxTxid}`);
  const pages = comparePages(scene, remains, restored, head);
  if (pages.kind !== 'different' && wrong.length === 0) removeAll(restored);
  return { remains, pages, wrong };
}

function removeAll(path: string): void {
  for (const suffix of ['', '-wal', '-shm', '.lock']) rmSync(path + suffix, { force: true });
}

function comparePages(
  scene: DeathScene,
  { folder, database }: Remains,
  restored: string,
  head: LtxHeader,
): Verdict {
  const inode = inodeOf(scene.database);
  if (inode !== null && inode === scene.spoiled) {
    return { kind: 'skipped', reason: 'killed before the spoiled file was set aside' };
  }
  const copy = join(folder, 'cut.db');
  copyPair(database, copy);
  const verdict = judge({
    copy,
    restored,
    head,
    fileIsOfThisLife: inode !== scene.inodeBefore,
    nextIsInMain: sidecarNames(database, head.maxTxid + 1),
  });
  if (verdict.kind !== 'different') removeAll(copy);
  return verdict;
}

async function collect({ database, replica, folder }: DeathScene): Promise<Remains> {
  mkdirSync(folder, { recursive: true });
  const copy = join(folder, 'dead.db');
  copyPair(database, copy);
  if (existsSync(database + SIDECAR)) copyFileSync(database + SIDECAR, copy + SIDECAR);
  return { folder, database: copy, head: await readHeadEntry(replica) };
}

function sidecarNames(database: string, txid: number): boolean {
  if (!existsSync(database + SIDECAR)) return false;
  const { lines } = JSON.parse(readFileSync(database + SIDECAR, 'utf8')) as {
    readonly lines: readonly { readonly txid: number }[];
  };
  return lines.some((line) => line.txid === txid);
}
