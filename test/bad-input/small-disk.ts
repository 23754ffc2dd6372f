import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk of its own, of a few MB, with ballast on it that can be thrown out. */
export class SmallDisk {
  private constructor(readonly folder: string) {}

  static mount(megabytes: number): SmallDisk {
    const folder = mkdtempSync(join(tmpdir(), 'small-disk-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], {
      stdio: 'pipe',
    });
    return new SmallDisk(folder);
  }

  /** Leaves so many bytes free, to the block. */
  fill(freeBytes: number): void {
    const { bavail, bsize } = statfsSync(this.folder);
    writeFileSync(this.ballast, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)));
  }

  /** Room again. */
  relieve(): void {
    truncateSync(this.ballast, 0);
  }

  makeFolder(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  unmount(): void {
    execFileSync('umount', ['-l', this.folder], { stdio: 'pipe' });
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get ballast(): string {
    return join(this.folder, 'ballast');
  }
}

/** `describe`, or one loud line where file systems cannot be mounted. */
export function describeWithSmallDisk(name: string, tests: () => void): void {
  try {
    SmallDisk.mount(1).unmount();
    describe(name, tests);
  } catch (error) {
    process.stderr.write(
      `NO FILE SYSTEM CAN BE MOUNTED HERE, "${name}" IS NOT TESTED (root on Linux can): ${String(error).split('\n')[0]}\n`,
    );
    describe.skip(name, tests);
  }
}
