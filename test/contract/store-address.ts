import {
  AzureBlobStore,
  DirectoryStore,
  type ObjectStore,
  S3Store,
  type S3StoreOptions,
} from '../../libs/storage';

/** Where a store is, as plain data: another process can open it too. */
export type StoreAddress =
  | { readonly store: 'directory'; readonly root: string }
  | { readonly store: 's3'; readonly options: S3StoreOptions }
  | {
      readonly store: 'azure';
      readonly connectionString: string;
      readonly container: string;
    };

/** As the provider makes it: without deadlines and retries. */
export function openAddress(address: StoreAddress): Promise<ObjectStore> {
  switch (address.store) {
    case 'directory':
      return DirectoryStore.open({ root: address.root });
    case 's3':
      return S3Store.open(address.options);
    case 'azure': {
      const { connectionString, container } = address;
      return AzureBlobStore.open({ connectionString, container });
    }
  }
}
