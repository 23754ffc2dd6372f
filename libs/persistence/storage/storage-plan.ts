import type { Type } from '@nestjs/common';
import type { ObjectStore } from '../../storage/object-store';
import type { StorageKind } from '../persistence-status';
import type { StorageChoice } from './storage-choice';

/**
 * What was decided about where the replica lives, before anything is opened. `object` is the key of the plain database
 * file in the store; the log lies in `<object>.replica/`. `because`: the variable or option that decided, for people; without
 * a store it is there only where one was declined, not where none was found.
 */
export type StoragePlan =
  | { readonly kind: 'none'; readonly unused: readonly string[]; readonly because?: string }
  | {
      readonly kind: 'network-path';
      readonly file: string;
      readonly because: string;
      /** The variable as it is called for this database; undefined where none names the file. */
      readonly variable?: string;
    }
  | {
      readonly kind: 'choice';
      readonly choice: StorageChoice;
      readonly object: string;
      readonly because: string;
    }
  | {
      readonly kind: 'own';
      readonly store: ObjectStore | Type<ObjectStore>;
      readonly object: string;
      readonly because: string;
    };

export function storageKind(plan: StoragePlan): StorageKind {
  switch (plan.kind) {
    case 'none':
      return 'none';
    case 'network-path':
      return 'directory';
    case 'choice':
      return plan.choice.kind;
    case 'own':
      return 'custom';
  }
}
