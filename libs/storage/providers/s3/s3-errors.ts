import { StoreError, type StoreErrorKind } from '../../store-error';

/** Codes of the service whose HTTP status alone would mislead, or that have no status. */
const KINDS: Readonly<Record<string, StoreErrorKind>> = {
  NoSuchKey: 'NotFound',
  PreconditionFailed: 'PreconditionFailed',

  InvalidAccessKeyId: 'Unauthenticated',
  SignatureDoesNotMatch: 'Unauthenticated',
  ExpiredToken: 'Unauthenticated',
  InvalidToken: 'Unauthenticated',
  TokenRefreshRequired: 'Unauthenticated',
  InvalidSecurity: 'Unauthenticated',
  NotSignedUp: 'Unauthenticated',
  RequestTimeTooSkewed: 'Unauthenticated',
  UnrecognizedClientException: 'Unauthenticated',
  CredentialsProviderError: 'Unauthenticated',
  TokenProviderError: 'Unauthenticated',

  SlowDown: 'Throttled',
  ServiceUnavailable: 'Throttled',
  Throttling: 'Throttled',
  ThrottlingException: 'Throttled',
  RequestLimitExceeded: 'Throttled',
  TooManyRequests: 'Throttled',
  // Another write to the key was under way: this one is undecided, not lost.
  ConditionalRequestConflict: 'Throttled',
  OperationAborted: 'Throttled',

  RequestTimeout: 'Unavailable',
  IncompleteBody: 'Unavailable',
  BadDigest: 'Unavailable',
  XAmzContentSHA256Mismatch: 'Unavailable',
  InternalError: 'Unavailable',
  // The parts are gone; the next try begins with new ones.
  NoSuchUpload: 'Unavailable',

  NoSuchBucket: 'Rejected',
};

/** What a code means to somebody who has to mend it. */
const EXPLANATIONS: Readonly<Record<string, string>> = {
  NoSuchBucket: 'the bucket does not exist',
  InvalidAccessKeyId: 'the store does not know this access key',
  SignatureDoesNotMatch: 'the secret access key does not belong to the access key',
  RequestTimeTooSkewed: 'the clock of this host is wrong',
  CredentialsProviderError:
    'no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the host a role',
  PermanentRedirect: 'the bucket is in another region',
  AuthorizationHeaderMalformed: 'the bucket is in another region',
  IllegalLocationConstraintException: 'the bucket is in another region',
  NotImplemented: 'the store cannot do that',
};

const NETWORK = /^(E[A-Z]+|EAI_[A-Z]+|UND_ERR_.*|CERT_.*|ERR_(SSL|TLS|STREAM|HTTP).*|HPE_.*)$/;
/** What the SDK makes of an error of Node's that was thrown in another realm, as all are under Jest. */
const WRAPPED = 'AWS SDK error wrapper for ';
const TEXT_MAX = 200;

/** What a failed call means. The text of the service comes along, its copy of the signed request does not. */
export function s3Error(error: unknown, key: string): StoreError {
  if (error instanceof StoreError) return error;
  const { name, code, status, text } = facts(error);
  const known = KINDS[name];
  if (known !== undefined)
    return new StoreError(known, key, said(name, status, text), plain(error));
  if (status !== undefined) {
    return new StoreError(kindOfStatus(status), key, said(name, status, text), plain(error));
  }
  if ((code !== undefined && NETWORK.test(code)) || text.startsWith(WRAPPED)) {
    return new StoreError('Unavailable', key, `${code ?? name}: ${text}`, plain(error));
  }
  const kind = name === 'TimeoutError' ? 'Timeout' : 'Rejected';
  return new StoreError(kind, key, `${name}: ${text}`, plain(error));
}

/** What one line of the answer to `DeleteObjects` means. */
export function s3KeyError(key: string, code: string, message: string): StoreError {
  const kind =
    KINDS[code] ?? (/AccessDenied|Forbidden/.test(code) ? 'PermissionDenied' : 'Unavailable');
  return new StoreError(kind, key, said(code, undefined, message));
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes(facts(error).name);
}

export function hasStatus(error: unknown, status: number): boolean {
  return facts(error).status === status;
}

function kindOfStatus(status: number): StoreErrorKind {
  switch (status) {
    case 401:
      return 'Unauthenticated';
    case 403:
      return 'PermissionDenied';
    case 404:
      return 'NotFound';
    case 408:
      return 'Unavailable';
    case 412:
      return 'PreconditionFailed';
    case 429:
      return 'Throttled';
    case 501:
    case 507:
      return 'Rejected';
    default:
      // Below 300: an answer that began well and could not be read to its end.
      return status >= 500 || status < 300 ? 'Unavailable' : 'Rejected';
  }
}

function said(name: string, status: number | undefined, text: string): string {
  const explanation = EXPLANATIONS[name];
  const code = status === undefined ? name : `${status} ${name}`;
  return explanation === undefined ? `${code}: ${text}` : `${explanation} (${code})`;
}

interface Facts {
  readonly name: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
  readonly text: string;
}

/** An error of the SDK, of its network layer, or of anything below it. */
function facts(error: unknown): Facts {
  const { name, Code, code, message, $metadata } = (error ?? {}) as {
    readonly name?: unknown;
    readonly Code?: unknown;
    readonly code?: unknown;
    readonly message?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const known = [Code, name].find((each) => typeof each === 'string' && each !== 'Error');
  return {
    name: typeof known === 'string' ? known : 'Error',
    code: typeof code === 'string' ? code : undefined,
    status: $metadata?.httpStatusCode,
    text: typeof message === 'string' ? message.split('\n')[0]!.slice(0, TEXT_MAX) : String(error),
  };
}

/** The cause without its properties: among them may be the request as it was signed, with a session token in it. */
function plain(error: unknown): { readonly cause: Error } {
  const { name, code, text } = facts(error);
  const cause = new Error(text);
  cause.name = name;
  if (error instanceof Error && error.stack !== undefined) cause.stack = error.stack;
  return { cause: code === undefined ? cause : Object.assign(cause, { code }) };
}
