import { RestError } from '@azure/storage-blob';
import { StoreError, type StoreErrorKind } from '../../store-error';
import { azureError } from './azure-errors';

function named(name: string, extra: object = {}): Error {
  return Object.assign(new Error('as long a text as the SDK has, with a secret'), {
    name,
    ...extra,
  });
}

const answered = (statusCode: number, code?: string) =>
  named('RestError', { statusCode, ...(code === undefined ? {} : { code }) });

const kindOf = (error: unknown) => (azureError('some/key', error) as StoreError).kind;

test.each<[number, string | undefined, StoreErrorKind]>([
  [404, 'BlobNotFound', 'NotFound'],
  [409, 'BlobAlreadyExists', 'AlreadyExists'],
  [412, 'ConditionNotMet', 'PreconditionFailed'],
  [403, 'AuthenticationFailed', 'Unauthenticated'],
  [401, 'InvalidAuthenticationInfo', 'Unauthenticated'],
  [403, 'AuthorizationFailure', 'PermissionDenied'],
  [403, 'AuthorizationPermissionMismatch', 'PermissionDenied'],
  [503, 'ServerBusy', 'Throttled'],
  [500, 'OperationTimedOut', 'Unavailable'],
  [500, 'InternalError', 'Unavailable'],
  [404, 'ContainerNotFound', 'Rejected'],
  [409, 'ContainerBeingDeleted', 'Unavailable'],
  [400, 'InvalidBlockList', 'Unavailable'],
  [400, 'InvalidHeaderValue', 'Rejected'],
  [401, undefined, 'Unauthenticated'],
  [403, undefined, 'PermissionDenied'],
  [429, undefined, 'Throttled'],
  [503, undefined, 'Throttled'],
  [502, undefined, 'Unavailable'],
  [408, undefined, 'Unavailable'],
])('HTTP %i %s means %s', (status, code, kind) => {
  expect(kindOf(answered(status, code))).toBe(kind);
});

test('a 404 that does not say what is missing is never an absent object', () => {
  expect(kindOf(answered(404))).toBe('Rejected');
  expect(kindOf(answered(404, 'ResourceNotFound'))).toBe('Rejected');
});

test('no answer at all is Unavailable, and a host that does not exist is named as such', () => {
  expect(kindOf(named('RestError', { code: 'ECONNREFUSED' }))).toBe('Unavailable');
  const lost = azureError('some/key', named('RestError', { code: 'ENOTFOUND' })) as StoreError;
  expect(lost.message).toContain('is the account named right');
});

test('a connection that the SDK calls aborted is Unavailable, unless the caller aborted', () => {
  expect(kindOf(named('AbortError'))).toBe('Unavailable');
  const reason = new Error('enough');
  expect(azureError('some/key', named('AbortError'), AbortSignal.abort(reason))).toBe(reason);
});

test.each(['CredentialUnavailableError', 'AggregateAuthenticationError', 'AuthenticationError'])(
  '%s is Unauthenticated, and says in one line what to look at',
  (name) => {
    const error = azureError('some/key', named(name)) as StoreError;
    expect(error.kind).toBe('Unauthenticated');
    expect(error.message).toMatch(/managed identity/);
    expect(error.message).not.toMatch(/\n/);
  },
);

test('an identity service that is down is an outage', () => {
  expect(kindOf(named('AuthenticationError', { statusCode: 503 }))).toBe('Unavailable');
  expect(kindOf(named('AuthenticationError', { statusCode: 400 }))).toBe('Unauthenticated');
});

test('what the service or the SDK wrote is not repeated', () => {
  for (const error of [
    answered(400, 'x'.repeat(80)),
    answered(403),
    named('AuthenticationError'),
  ]) {
    expect((azureError('some/key', error) as StoreError).message).not.toContain('secret');
  }
});

test('errors that are none of the SDK go through as they are', () => {
  for (const error of [new TypeError('a bug'), new StoreError('Rejected', 'k', 'm'), 'text']) {
    expect(azureError('some/key', error)).toBe(error);
  }
});

test('a real error of the SDK is understood', () => {
  const error = new RestError('text', { statusCode: 409, code: 'BlobAlreadyExists' });
  expect(azureError('some/key', error)).toMatchObject({ kind: 'AlreadyExists', key: 'some/key' });
});
