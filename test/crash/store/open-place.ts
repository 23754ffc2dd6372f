import { azurePlace } from './azure-place';
import { directoryPlace } from './directory-place';
import { s3Place } from './s3-place';
import type { StoreKind, StorePlace } from './store-place';

/** Opens a place of this kind; one in files lies below `root`. */
export async function openPlace(kind: StoreKind, root: string): Promise<StorePlace> {
  switch (kind) {
    case 'directory':
      return directoryPlace(root);
    case 's3':
      return s3Place();
    case 'azure':
      return azurePlace();
  }
}
