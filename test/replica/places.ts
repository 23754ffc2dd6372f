import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A disk that can be wiped and a store that cannot, in a temporary folder. */
export interface Places {
  readonly root: string;
  readonly database: string;
  readonly replica: string;
  wipeDisk(): void;
  remove(): void;
}

export function makePlaces(): Places {
  const root = mkdtempSync(join(tmpdir(), 'persistence-'));
  return {
    root,
    database: join(root, 'disk', 'app.db'),
    replica: join(root, 'store', 'app.db.replica'),
    wipeDisk: () => rmSync(join(root, 'disk'), { recursive: true, force: true }),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}
