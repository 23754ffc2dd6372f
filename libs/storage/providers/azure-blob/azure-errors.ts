import { isStoreError, StoreError, type StoreErrorKind } from '../../store-error';
import { AZURE_ERROR_CODES, meaningOfStatus } from './azure-error-codes';

/** What is read of an error of the SDK; by shape, as an app may have loaded the SDK as another module than we did. */
interface AzureError {
  readonly name?: string;
  readonly code?: string;
  readonly statusCode?: number;
  readonly message?: string;
  readonly details?: { readonly errorCode?: string };
  readonly response?: { readonly headers?: { get(name: string): string | undefined } };
}

/** Errors of `@azure/identity`. */
const IDENTITY_ERRORS: ReadonlySet<string> = new Set([
  'AggregateAuthenticationError',
  'AuthenticationError',
  'AuthenticationRequiredError',
  'CredentialUnavailableError',
]);

/**
 * What a failed call means. Where `signal`, the caller's own, is aborted that is its reason; a `StoreError` goes through as
 * it is, and so does what is no error of the SDK.
 */
export function azureError(key: string, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (isStoreError(error) || !(error instanceof Error)) return error;
  const shape = error as AzureError;
  if (IDENTITY_ERRORS.has(error.name)) return identityError(key, shape, error);
  if (error.name === 'AbortError') {
    return new StoreError('Unavailable', key, 'the connection was cut', { cause: error });
  }
  if (error.name !== 'RestError') return error;
  if (shape.statusCode === undefined) return networkError(key, shape, error);
  return answerError(key, shape.statusCode, errorCode(error), error);
}

/** The service's word for what went wrong; a HEAD has it in a header alone, and not from every server. */
export function errorCode(error: unknown): string | undefined {
  const { code, details, response } = error as AzureError;
  return details?.errorCode ?? code ?? response?.headers?.get('x-ms-error-code');
}

export function statusOf(error: unknown): number | undefined {
  return (error as AzureError | undefined)?.statusCode;
}

function answerError(
  key: string,
  status: number,
  code: string | undefined,
  cause: unknown,
): StoreError {
  const { kind, message } = (code && AZURE_ERROR_CODES[code]) || meaningOfStatus(status);
  return new StoreError(kind, key, `${message}; ${named(code)}HTTP ${status}`, { cause });
}

/** A code is one word; whatever else a gateway puts there is not repeated. */
function named(code: string | undefined): string {
  return code !== undefined && /^\w{1,60}$/.test(code) ? `${code}, ` : '';
}

function networkError(key: string, { code }: AzureError, cause: unknown): StoreError {
  const message =
    code === 'ENOTFOUND' ? 'there is no such host; is the account named right' : 'no answer';
  return new StoreError('Unavailable', key, `${message}; ${named(code)}no HTTP status`, { cause });
}

function identityError(key: string, { name, statusCode }: AzureError, cause: unknown): StoreError {
  const passing = statusCode !== undefined && (statusCode === 429 || statusCode >= 500);
  const kind: StoreErrorKind = passing ? 'Unavailable' : 'Unauthenticated';
  const message = passing
    ? `Microsoft Entra ID gave no token just now (${name}, HTTP ${statusCode})`
    : `no identity to sign in with, or it was refused (${name}); does this host have a managed identity, and is AZURE_CLIENT_ID right`;
  return new StoreError(kind, key, message, { cause });
}
