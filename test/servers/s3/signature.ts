import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { S3Failure } from './failure';
import { encode, type S3Request } from './request';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const SKEW_MS_MAX = 15 * 60_000;

/**
 * Refuses a request that these credentials did not sign (AWS Signature Version 4, in the Authorization header; for S3
 * the path is encoded once). Format: "Create a signed AWS API request" in AWS's reference.
 */
export function assertSigned(request: S3Request, credentials: Credentials, now: number): void {
  const { headers } = request;
  const parts = AUTHORIZATION.exec(headers.authorization ?? '');
  if (parts === null) throw new S3Failure(403, 'AccessDenied', 'Access Denied');
  const [, accessKeyId, day, region, signedHeaders, signature] = parts as unknown as string[];
  if (accessKeyId !== credentials.accessKeyId) throw unknownAccessKey();
  if (headers['x-amz-security-token'] !== credentials.sessionToken) {
    throw new S3Failure(
      400,
      'InvalidToken',
      'The provided token is malformed or otherwise invalid',
    );
  }
  const moment = String(headers['x-amz-date']);
  if (!(Math.abs(parseMoment(moment) - now) <= SKEW_MS_MAX)) {
    throw new S3Failure(403, 'RequestTimeTooSkewed', 'The request time differs too much from ours');
  }
  const scope = `${day}/${region}/s3/aws4_request`;
  const hash = sha256(canonical(request, signedHeaders!.split(';')));
  const text = ['AWS4-HMAC-SHA256', moment, scope, hash].join('\n');
  const steps = [day!, region!, 's3', 'aws4_request'];
  const key = steps.reduce<Buffer>(
    (secret, step) => hmac(secret, step),
    Buffer.from(`AWS4${credentials.secretAccessKey}`),
  );
  if (!timingSafeEqual(hmac(key, text), Buffer.from(signature!, 'hex'))) {
    throw new S3Failure(403, 'SignatureDoesNotMatch', 'The signature does not match');
  }
}

export const unknownAccessKey = () =>
  new S3Failure(403, 'InvalidAccessKeyId', 'The access key does not exist in our records');

function canonical({ method, path, query, headers }: S3Request, signed: readonly string[]): string {
  const pairs = [...query].map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const strictPath = path
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/');
  const lines = signed.map((name) => {
    const value = headers[name];
    const text = Array.isArray(value) ? value.join(',') : (value ?? '');
    return `${name}:${text.trim().replace(/\s+/g, ' ')}\n`;
  });
  return [
    method,
    strictPath,
    pairs.sort().join('&'),
    lines.join(''),
    signed.join(';'),
    String(headers['x-amz-content-sha256']),
  ].join('\n');
}

/** `20260131T235959Z` in ms; NaN where it is none. */
function parseMoment(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\dT\d\d)(\d\d)(\d\dZ)$/, '$1-$2-$3:$4:$5'));
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();
