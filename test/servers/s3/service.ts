import { type Answer, xmlAnswer } from './answer';
import { Bucket } from './bucket';
import { type Disk } from './disk';
import { noSuchBucket, S3Failure } from './failure';
import { listObjects } from './listing';
import { deleteObject, deleteObjects, getObject, putObject } from './objects';
import { type S3Request } from './request';
import { Uploads } from './uploads';
import { document } from './xml';

const BUCKETS_MAX = 100;

/** What the server holds, and what each operation does to it. */
export class S3Service {
  readonly uploads = new Uploads();
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    readonly maxBytes: number,
    readonly disk: Disk | undefined,
  ) {
    for (const name of disk?.buckets() ?? []) this.#buckets.set(name, new Bucket(name, disk));
  }

  createBucket(name: string): void {
    if (this.#buckets.has(name)) return;
    if (!/^[a-z0-9][a-z0-9.-]{2,62}$/.test(name)) {
      throw new S3Failure(400, 'InvalidBucketName', 'The specified bucket is not valid');
    }
    if (this.#buckets.size >= BUCKETS_MAX) {
      throw new S3Failure(400, 'TooManyBuckets', 'You have attempted to create too many buckets');
    }
    this.disk?.createBucket(name);
    this.#buckets.set(name, new Bucket(name, this.disk));
  }

  /** With all that is in it, unlike the original: as if somebody had done it in the console. */
  deleteBucket(name: string): void {
    this.disk?.deleteBucket(name);
    this.#buckets.delete(name);
  }

  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (bucket === undefined) throw noSuchBucket();
    return bucket;
  }

  /** Bytes that still fit. */
  get room(): number {
    let bytes = this.uploads.bytes;
    for (const bucket of this.#buckets.values()) bytes += bucket.bytes;
    return this.maxBytes - bytes;
  }

  answer(request: S3Request, body: Buffer, now: number): Answer {
    if (request.operation === 'CreateBucket') {
      this.createBucket(request.bucket);
      return { status: 200, headers: { location: `/${request.bucket}` } };
    }
    const bucket = this.bucket(request.bucket);
    switch (request.operation) {
      case 'HeadBucket':
        return { status: 200 };
      case 'GetBucketLocation':
        return xmlAnswer(document('LocationConstraint', ''));
      case 'ListObjectsV2':
        return listObjects(bucket, request);
      case 'PutObject':
        return putObject(bucket, request, body, now);
      case 'GetObject':
      case 'HeadObject':
        return getObject(bucket, request);
      case 'DeleteObject':
        return deleteObject(bucket, request);
      case 'DeleteObjects':
        return deleteObjects(bucket, request, body);
      case 'CreateMultipartUpload':
        return this.uploads.create(bucket, request);
      case 'UploadPart':
        return this.uploads.putPart(bucket, request, body);
      case 'CompleteMultipartUpload':
        return this.uploads.complete(bucket, request, body, now);
      case 'AbortMultipartUpload':
        return this.uploads.abort(bucket, request);
    }
  }
}
