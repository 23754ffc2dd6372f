import { checkS3Settings, type S3Settings } from './s3-settings';
import { choice, type S3Choice } from './storage-choice';

export { S3StorageProvider } from './s3-storage.provider';
export type { S3Settings } from './s3-settings';

/**
 * Keeps the replica in a bucket of S3 or of a service that speaks its protocol (R2, Tigris, MinIO, ...), beside the plain
 * database file `key` (default `<name>.db`), in `<key>.replica/`. Needs the package @aws-sdk/client-s3.
 *
 * @example PersistenceModule.forRoot({ storage: s3({ bucket: 'my-bucket' }) })
 */
export function s3(settings: S3Settings): S3Choice {
  return choice({ kind: 's3', settings: { ...checkS3Settings(settings) } });
}
