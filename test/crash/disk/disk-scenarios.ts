import {
  existsSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { cutFor, WAL_HEADER } from '../death/wal-cut';
import type { Remains } from '../death/post-mortem';
import type { PlatformModel } from '../model/platform-model';
import type { Random } from '../random';
import type { Origin } from '../demo-process';
import { FOREIGN_NAME, writeAndClose, writeAndDie } from './foreign-write';
import { isProvable } from './provable';

/** The disk of a dead life, and what is known of it. */
export interface KeptDisk {
  /** Path of the database on that disk. */
  readonly database: string;
  readonly remains: Remains;
  /** What an earlier life left. */
  readonly older: Remains;
  readonly life: number;
  readonly model: PlatformModel;
  readonly random: Random;
}

/** Something that happens to a disk while the app is stopped. Resolves to what the next start must make of it. */
export interface DiskScenario {
  readonly name: string;
  /** Afterwards the files are not what the head entry says, and no comparison of pages may be made with them. */
  readonly spoils: boolean;
  apply(disk: KeptDisk): Promise<Origin>;
}

/** In the order in which the lives meet them. */
export const DISK_SCENARIOS: readonly DiskScenario[] = [
  { name: 'kept', spoils: false, apply: async (disk) => originOfUntouched(disk) },
  { name: 'log cut short', spoils: true, apply: cutLog },
  { name: 'foreign commit in the log', spoils: false, apply: commitInLog },
  { name: 'older main file', spoils: true, apply: async (disk) => putBack(disk, ['']) },
  { name: 'foreign commit, checkpointed', spoils: true, apply: commitInMainFile },
  { name: 'older pair', spoils: true, apply: async (disk) => putBack(disk, ['', '-wal']) },
  { name: 'log without database', spoils: true, apply: removeDatabase },
];

function originOfUntouched({ database, remains }: KeptDisk): Origin {
  return remains.head && isProvable(database, remains.head) ? 'continued' : 'restored';
}

/** The log loses the place that the head names, and with it commits that were acknowledged. */
async function cutLog({ database, remains, random }: KeptDisk): Promise<Origin> {
  const path = `${database}-wal`;
  const wal = readFileSync(path);
  const cut = cutFor({ head: remains.head!, wal, fileIsOfThisLife: true });
  const end = cut.kind === 'part' ? cut.bytes : WAL_HEADER;
  truncateSync(path, random.int(0, Math.min(end, wal.length) - 1));
  return 'restored';
}

/** In place and with the times of the newer one: the most that a restored backup of the disk can look like the original. */
function putBack({ database, older }: KeptDisk, suffixes: readonly string[]): Origin {
  for (const suffix of suffixes) {
    const from = older.database + suffix;
    if (!existsSync(from)) {
      rmSync(database + suffix, { force: true });
      continue;
    }
    const { atime, mtime } = statSync(database + suffix);
    writeFileSync(database + suffix, readFileSync(from));
    utimesSync(database + suffix, atime, mtime);
  }
  return 'restored';
}

async function removeDatabase({ database }: KeptDisk): Promise<Origin> {
  rmSync(database);
  return 'restored';
}

/** Checkpointed, it cannot be told from a wrong file: set aside, so the commit is not to be seen. */
async function commitInMainFile({ database, life, model }: KeptDisk): Promise<Origin> {
  const email = foreignEmail(life);
  writeAndClose(database, email);
  model.user(email, 'foreign').settle(null);
  return 'restored';
}

/** It stands behind the head like a commit of ours: published. */
async function commitInLog(disk: KeptDisk): Promise<Origin> {
  const { database, life, model } = disk;
  const origin = originOfUntouched(disk);
  const email = foreignEmail(life);
  await writeAndDie(database, email);
  const user = { id: null, name: FOREIGN_NAME, enrolments: [], progress: {} };
  model.user(email, 'foreign').settle(origin === 'continued' ? user : null);
  return origin;
}

const foreignEmail = (life: number): string => `foreign-${life}@example.org`;
