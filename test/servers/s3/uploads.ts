import { createHash, randomUUID } from 'node:crypto';
import { type Answer, xmlAnswer } from './answer';
import { type Bucket } from './bucket';
import { S3Failure } from './failure';
import { assertConditions, keptHeaders } from './objects';
import { type S3Request } from './request';
import { document, element, escapeXml, textsOf } from './xml';

const UPLOADS_MAX = 1000;
const PARTS_MAX = 10_000;
/** Of every part but the last. */
const PART_BYTES_MIN = 5 << 20;

interface Upload {
  readonly bucket: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, { readonly body: Buffer; readonly etag: string }>;
}

/** Uploads in parts that are under way; they end with the server's life. */
export class Uploads {
  readonly #uploads = new Map<string, Upload>();

  /** Of all parts that wait for their completion. */
  get bytes(): number {
    let bytes = 0;
    for (const { parts } of this.#uploads.values()) {
      for (const { body } of parts.values()) bytes += body.byteLength;
    }
    return bytes;
  }

  /** Not completed and not given up: the service would bill their parts. */
  get open(): number {
    return this.#uploads.size;
  }

  create(bucket: Bucket, { key, headers }: S3Request): Answer {
    if (this.#uploads.size >= UPLOADS_MAX) {
      throw new S3Failure(503, 'SlowDown', 'Too many uploads are open');
    }
    const id = randomUUID();
    const upload = { bucket: bucket.name, key, headers: keptHeaders(headers), parts: new Map() };
    this.#uploads.set(id, upload);
    const result =
      element('Bucket', bucket.name) + element('Key', escapeXml(key)) + element('UploadId', id);
    return xmlAnswer(document('InitiateMultipartUploadResult', result));
  }

  putPart(bucket: Bucket, request: S3Request, body: Buffer): Answer {
    const { parts } = this.#find(bucket, request);
    const number = Number(request.query.get('partNumber'));
    if (!Number.isInteger(number) || number < 1 || number > PARTS_MAX) {
      throw new S3Failure(400, 'InvalidArgument', 'Part number must be from 1 to 10000');
    }
    const etag = createHash('md5').update(body).digest('hex');
    parts.set(number, { body, etag });
    return { status: 200, headers: { etag: `"${etag}"` } };
  }

  complete(bucket: Bucket, request: S3Request, xml: Buffer, now: number): Answer {
    const upload = this.#find(bucket, request);
    const parts = this.#named(upload, xml.toString());
    const { key } = request;
    assertConditions(request.headers, bucket.get(key));
    const tags = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')));
    const etag = `${createHash('md5').update(tags).digest('hex')}-${parts.length}`;
    const body = Buffer.concat(parts.map((part) => part.body));
    bucket.put(key, { body, etag, modified: now, headers: upload.headers });
    this.#uploads.delete(request.query.get('uploadId')!);
    const result =
      element('Bucket', bucket.name) +
      element('Key', escapeXml(key)) +
      element('ETag', `&quot;${etag}&quot;`);
    return xmlAnswer(document('CompleteMultipartUploadResult', result));
  }

  abort(bucket: Bucket, request: S3Request): Answer {
    this.#find(bucket, request);
    this.#uploads.delete(request.query.get('uploadId')!);
    return { status: 204 };
  }

  #find(bucket: Bucket, { key, query }: S3Request): Upload {
    const upload = this.#uploads.get(query.get('uploadId') ?? '');
    if (upload === undefined || upload.bucket !== bucket.name || upload.key !== key) {
      throw new S3Failure(404, 'NoSuchUpload', 'The specified upload does not exist');
    }
    return upload;
  }

  /** The parts that the client wants in the object: they must be there, be what it means, and rise. */
  #named({ parts }: Upload, xml: string) {
    const numbers = textsOf(xml, 'PartNumber').map(Number);
    const tags = textsOf(xml, 'ETag').map((tag) => tag.replaceAll('"', ''));
    if (numbers.length === 0 || numbers.length !== tags.length) {
      throw new S3Failure(400, 'MalformedXML', 'The XML you provided was not well-formed');
    }
    if (numbers.some((number, i) => i > 0 && number <= numbers[i - 1]!)) {
      throw new S3Failure(400, 'InvalidPartOrder', 'The list of parts was not in ascending order');
    }
    const named = numbers.map((number) => parts.get(number));
    const found = named.filter((part, i) => part !== undefined && part.etag === tags[i]);
    if (found.length < numbers.length) {
      throw new S3Failure(400, 'InvalidPart', 'One or more of the specified parts was not found');
    }
    const whole = found.map((part) => part!);
    if (whole.slice(0, -1).some(({ body }) => body.byteLength < PART_BYTES_MIN)) {
      throw new S3Failure(400, 'EntityTooSmall', 'A part is smaller than the minimum size');
    }
    return whole;
  }
}
