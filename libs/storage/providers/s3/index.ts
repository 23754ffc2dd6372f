export { type S3ClientLike, type S3StoreOptions } from './s3-options';
export { S3Store } from './s3.store';
