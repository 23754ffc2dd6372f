import { Injectable } from '@nestjs/common';
import { PersistenceError } from '../../errors';
import { type StoragePlace, storagePlace } from './storage-place';
import type { StoragePlan } from './storage-plan';

interface Taken extends StoragePlace {
  readonly database: string;
}

/** The databases of one app and where they lie. One of these per app. */
@Injectable()
export class TakenPlaces {
  readonly #names = new Set<string>();
  readonly #places: Taken[] = [];

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
}

function meet(a: StoragePlace, b: StoragePlace): boolean {
  return a.store === b.store && (a.key === b.key || within(a.key, b.key) || within(b.key, a.key));
}

/** Whether `inner` is, or lies in, what stands beside a plain database file: its log, its dated copies. */
function within(outer: string, inner: string): boolean {
  const beside = [`${outer}.replica`, `${outer.replace(/\.db$/, '')}.backups`];
  return beside.some(
    (each) => inner === each || (/^[/\\]/.test(inner.slice(each.length)) && inner.startsWith(each)),
  );
}
