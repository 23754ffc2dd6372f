import { randomBytes } from 'node:crypto';
import { existsSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { formatBytes } from '../access';
import { type Check, checked, ok, warn } from './check';

/** `f_type` of statfs(2) on Linux. */
const FILE_SYSTEMS: Readonly<Record<number, { readonly name: string; readonly remote?: true }>> = {
  0xef53: { name: 'ext4' },
  0x58465342: { name: 'xfs' },
  0x9123683e: { name: 'btrfs' },
  0x2fc12fc1: { name: 'zfs' },
  0x794c7630: { name: 'overlay' },
  0x01021994: { name: 'tmpfs' },
  0x6969: { name: 'nfs', remote: true },
  0x517b: { name: 'smb', remote: true },
  0xff534d42: { name: 'cifs', remote: true },
  0xfe534d42: { name: 'smb', remote: true },
  0x65735546: { name: 'fuse', remote: true },
  0x01021997: { name: '9p', remote: true },
};

const LEAST_FREE_BYTES = 100_000_000;

/** Whether the folder of the local database file can be worked in. Leaves nothing behind. */
export function checkLocalFolder(database: string): Promise<Check> {
  const folder = existingFolder(path.dirname(database));
  return checked('local folder', () => {
    const file = path.join(folder, `.doctor-${randomBytes(6).toString('hex')}`);
    try {
      writeFileSync(file, 'x', { flag: 'wx' });
    } finally {
      rmSync(file, { force: true });
    }
    const kind = fileSystemOf(folder);
    const message = `${folder} can be written to${kind ? `, ${kind.name}` : ''}`;
    return kind?.remote
      ? warn('local folder', message, 'SQLite needs a local disk: point DATABASE_PATH at one.')
      : ok('local folder', message);
  });
}

/** A restore needs room for the database once more. */
export function checkFreeDisk(database: string): Promise<Check> {
  const folder = existingFolder(path.dirname(database));
  return checked('free disk', () => {
    const { bavail, bsize } = statfsSync(folder);
    const free = bavail * bsize;
    const size = statSync(database, { throwIfNoEntry: false })?.size ?? 0;
    const message = `${formatBytes(free)} free in ${folder}${size > 0 ? `, the database has ${formatBytes(size)}` : ''}`;
    return free < Math.max(LEAST_FREE_BYTES, 2 * size)
      ? warn('free disk', message, 'Free some: a restore needs room for the database once more.')
      : ok('free disk', message);
  });
}

/** The app makes the folder when it starts; what is there now tells the disk. */
function existingFolder(folder: string): string {
  const parent = path.dirname(folder);
  return existsSync(folder) || parent === folder ? folder : existingFolder(parent);
}

function fileSystemOf(
  folder: string,
): { readonly name: string; readonly remote?: true } | undefined {
  if (process.platform !== 'linux') return undefined;
  return FILE_SYSTEMS[statfsSync(folder).type >>> 0];
}
