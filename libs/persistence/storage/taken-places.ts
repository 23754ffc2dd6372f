import { Injectable } from '@nestjs/common';
import { PersistenceError } from '../../errors';
import { keysBeside } from '../../replica';
import { variableName } from '../module/environment';
import { IN_MEMORY } from '../module/local-file';
import { fileClash } from './file-clash';
import { type StoragePlace, storagePlace } from './storage-place';
import type { StoragePlan } from './storage-plan';

interface Taken extends StoragePlace {
  readonly database: string;
}

interface LiveFile {
  readonly database: string;
  readonly path: string;
  readonly plan: StoragePlan;
}

/** The databases of one app and where they lie. One of these per app. */
@Injectable()
export class TakenPlaces {
  readonly #names = new Set<string>();
  readonly #places: Taken[] = [];
  readonly #files: LiveFile[] = [];

  /** Rejects a second module for one name: each would start its own life on the same file. */
  takeName(database: string): void {
    if (this.#names.has(database)) {
      throw new PersistenceError(
        'OPTION_INVALID',
        `PersistenceModule.forRoot() is imported twice for the database "${database}".`,
        {
          hint: "Import it once, in the root module: it is global. A second database needs a name: PersistenceModule.forRoot({ name: 'orders' }).",
        },
      );
    }
    this.#names.add(database);
  }

  /** PREFIX_IN_USE where another database of this app lies in the same place, or within it. */
  takePlace(database: string, plan: StoragePlan): void {
    const place = storagePlace(plan);
    if (place === null) return;
    const other = this.#places.find((taken) => meet(taken, place));
    if (other !== undefined) {
      throw new PersistenceError(
        'PREFIX_IN_USE',
        `The databases "${other.database}" and "${database}" are to be stored in the same place.`,
      );
    }
    this.#places.push({ ...place, database });
  }

  /**
   * Rejects with OPTION_INVALID where a live file lies where a store keeps its own, of the same database or of another of
   * this app: the next backup would replace it while it is open.
   *
   * @param file absolute path of the live file, or `:memory:`
   */
  async takeFile(database: string, file: string, plan: StoragePlan): Promise<void> {
    const mine: LiveFile = { database, path: file, plan };
    this.#files.push(mine);
    // Whoever comes later compares with this one, so that no pair is left out while one waits.
    for (const other of this.#files.slice()) {
      await refuseClash(mine, other);
      if (other !== mine) await refuseClash(other, mine);
    }
  }
}

async function refuseClash(live: LiveFile, stored: LiveFile): Promise<void> {
  if (live.path === IN_MEMORY || stored.plan.kind === 'none') return;
  const clash = await fileClash(live.path, stored.plan);
  if (clash === null) return;
  const whose = live.database === stored.database ? '' : ` of the database "${stored.database}"`;
  const where =
    clash === 'same file'
      ? `is the file that backups${whose} are written to`
      : `lies in a folder that the store${whose} has for itself`;
  throw new PersistenceError(
    'OPTION_INVALID',
    `The local file of the database "${live.database}" (the option "database" or ${variableName('DATABASE_PATH', live.database)}) ${where} (${stored.plan.because}).`,
    {
      hint: 'Put the local file on the local disk of the host: another path, or none, and the module takes a folder of its own. The store keeps the copy. Nothing was opened.',
    },
  );
}

function meet(a: StoragePlace, b: StoragePlace): boolean {
  return a.store === b.store && (a.key === b.key || within(a.key, b.key) || within(b.key, a.key));
}

/** Whether `inner` is, or lies in, what stands beside a plain database file: its log, its backups, what they keep. */
function within(outer: string, inner: string): boolean {
  const { objects, prefix } = keysBeside(outer);
  const folders = [`${outer}.replica`, prefix.slice(0, -1)];
  return (
    objects.includes(inner) ||
    folders.some(
      (each) =>
        inner === each || (/^[/\\]/.test(inner.slice(each.length)) && inner.startsWith(each)),
    )
  );
}
