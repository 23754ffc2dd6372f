import { type StoreErrorKind } from '../../store-error';
import { s3Error, s3KeyError } from './s3-errors';

/** As the SDK makes it of an answer. */
function answered(status: number, name: string, message = 'as the service says'): Error {
  return Object.assign(new Error(message), {
    name,
    Code: name,
    $metadata: { httpStatusCode: status },
  });
}

const nodeError = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

test.each<[StoreErrorKind, number, string]>([
  ['NotFound', 404, 'NoSuchKey'],
  ['NotFound', 404, 'NotFound'],
  ['PreconditionFailed', 412, 'PreconditionFailed'],
  ['Rejected', 404, 'NoSuchBucket'],
  ['Unavailable', 404, 'NoSuchUpload'],
  ['Unauthenticated', 403, 'InvalidAccessKeyId'],
  ['Unauthenticated', 403, 'SignatureDoesNotMatch'],
  ['Unauthenticated', 403, 'RequestTimeTooSkewed'],
  ['Unauthenticated', 400, 'ExpiredToken'],
  ['Unauthenticated', 400, 'InvalidToken'],
  ['Unauthenticated', 401, 'Unknown'],
  ['PermissionDenied', 403, 'AccessDenied'],
  ['PermissionDenied', 403, 'Forbidden'],
  ['Throttled', 503, 'SlowDown'],
  ['Throttled', 503, 'ServiceUnavailable'],
  ['Throttled', 429, 'Unknown'],
  ['Throttled', 409, 'ConditionalRequestConflict'],
  ['Throttled', 409, 'OperationAborted'],
  ['Unavailable', 500, 'InternalError'],
  ['Unavailable', 502, 'Unknown'],
  ['Unavailable', 503, 'Unknown'],
  ['Unavailable', 504, 'Unknown'],
  ['Unavailable', 408, 'Unknown'],
  ['Unavailable', 400, 'RequestTimeout'],
  ['Unavailable', 400, 'IncompleteBody'],
  ['Unavailable', 400, 'BadDigest'],
  // An answer that began well and could not be read.
  ['Unavailable', 200, 'SyntaxError'],
  ['Rejected', 400, 'EntityTooLarge'],
  ['Rejected', 400, 'MetadataTooLarge'],
  ['Rejected', 301, 'PermanentRedirect'],
  ['Rejected', 409, 'ObjectParentIsFile'],
  ['Rejected', 501, 'NotImplemented'],
  ['Rejected', 507, 'InsufficientStorage'],
])('%s: %i %s', (kind, status, name) => {
  const error = s3Error(answered(status, name), 'a/key');
  expect(error.kind).toBe(kind);
  expect(error.key).toBe('a/key');
  expect(error.message).toContain(`${status} ${name}`);
});

test.each([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
])('a network failure %s is Unavailable, and keeps its code', (code) => {
  // The SDK gives some of them this name.
  const error = s3Error(Object.assign(nodeError(code), { name: 'TimeoutError' }), 'k');
  expect(error.kind).toBe('Unavailable');
  expect(error.message).toContain(code);
  expect(error.cause).toMatchObject({ code });
});

test('a connection that is not made in time is Timeout', () => {
  const error = s3Error(Object.assign(new Error('no connection'), { name: 'TimeoutError' }), 'k');
  expect(error.kind).toBe('Timeout');
});

test('credentials that are not found are Unauthenticated, with what to do', () => {
  const missing = Object.assign(new Error('Could not load credentials from any providers'), {
    name: 'CredentialsProviderError',
  });
  const error = s3Error(missing, 'k');
  expect(error.kind).toBe('Unauthenticated');
  expect(error.message).toContain('AWS_ACCESS_KEY_ID');
});

test('what was signed does not come along with an error', () => {
  const token = 'the-session-token';
  const error = Object.assign(answered(403, 'SignatureDoesNotMatch'), {
    CanonicalRequest: `x-amz-security-token:${token}`,
    StringToSign: token,
  });
  const { cause } = s3Error(error, 'k');
  expect(Object.values(cause as object).join()).not.toContain(token);
  expect((cause as Error).message).toBe('as the service says');
});

test('a text without an end is cut', () => {
  const { message } = s3Error(answered(400, 'Odd', 'x'.repeat(100_000)), 'k');
  expect(message.length).toBeLessThan(400);
});

test('of a bulk delete every refused key has its kind', () => {
  expect(s3KeyError('k', 'AccessDenied', '').kind).toBe('PermissionDenied');
  expect(s3KeyError('k', 'SlowDown', '').kind).toBe('Throttled');
  expect(s3KeyError('k', 'InternalError', '').kind).toBe('Unavailable');
});
