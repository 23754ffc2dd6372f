import { type StoreErrorKind } from '../../store-error';

interface Meaning {
  readonly kind: StoreErrorKind;
  /** In the place of the service's own text, which may quote parts of the request. */
  readonly message: string;
}

const DENIED: Meaning = {
  kind: 'PermissionDenied',
  message: 'the identity may not do this',
};
const UNKNOWN: Meaning = {
  kind: 'Unauthenticated',
  message: 'the credentials were not accepted',
};
const BUSY: Meaning = { kind: 'Throttled', message: 'the account is too busy' };
const PASSING: Meaning = { kind: 'Unavailable', message: 'the service failed' };

/**
 * What the codes of the Blob service mean for the port. Sources: "Blob service error codes" and "Common REST API error
 * codes" of Microsoft's REST reference.
 */
export const AZURE_ERROR_CODES: Readonly<Record<string, Meaning>> = {
  BlobNotFound: { kind: 'NotFound', message: 'no such object' },

  BlobAlreadyExists: { kind: 'AlreadyExists', message: 'the object exists' },
  // Of a shared access signature that allows creating and not overwriting.
  UnauthorizedBlobOverwrite: { kind: 'AlreadyExists', message: 'the object exists' },
  ConditionNotMet: { kind: 'PreconditionFailed', message: 'the object has another tag' },
  TargetConditionNotMet: { kind: 'PreconditionFailed', message: 'the object has another tag' },

  AuthenticationFailed: {
    kind: 'Unauthenticated',
    message: 'the key or signature is wrong, has expired, or the clock of this host is wrong',
  },
  InvalidAuthenticationInfo: UNKNOWN,
  NoAuthenticationInformation: UNKNOWN,
  KeyBasedAuthenticationNotPermitted: {
    kind: 'Unauthenticated',
    message: 'the account takes no keys; use an identity',
  },
  AccountIsDisabled: { kind: 'PermissionDenied', message: 'the account is disabled' },
  AuthorizationFailure: {
    kind: 'PermissionDenied',
    message: 'the identity, or the network this comes from, may not do this',
  },
  AuthorizationPermissionMismatch: DENIED,
  AuthorizationProtocolMismatch: DENIED,
  AuthorizationResourceTypeMismatch: DENIED,
  AuthorizationServiceMismatch: DENIED,
  AuthorizationSourceIPMismatch: DENIED,
  InsufficientAccountPermissions: DENIED,
  PublicAccessNotPermitted: DENIED,

  ServerBusy: BUSY,
  TooManyRequests: BUSY,

  InternalError: PASSING,
  OperationTimedOut: PASSING,
  // Two uploads of one object in blocks met; the other one's commit dropped ours.
  InvalidBlockList: { kind: 'Unavailable', message: 'another upload of the object came between' },
  ContainerBeingDeleted: { kind: 'Unavailable', message: 'the container is being deleted' },

  ContainerNotFound: { kind: 'Rejected', message: 'the container is gone' },
  ContainerDisabled: { kind: 'Rejected', message: 'the container is disabled' },
  LeaseIdMissing: { kind: 'Rejected', message: 'somebody holds a lease on the object' },
  SnapshotsPresent: { kind: 'Rejected', message: 'the object has snapshots' },
  BlobImmutableDueToPolicy: { kind: 'Rejected', message: 'a policy keeps the object as it is' },
  BlobArchived: { kind: 'Rejected', message: 'the object is in the archive tier' },
  BlobBeingRehydrated: { kind: 'Rejected', message: 'the object is coming back from the archive' },
  InvalidBlobType: { kind: 'Rejected', message: 'a blob of another type has this name' },
};

/** For answers without a code we know: proxies and gateways on the way answer too. */
export function meaningOfStatus(status: number): Meaning {
  if (status === 401) return UNKNOWN;
  if (status === 403) return DENIED;
  if (status === 412) return AZURE_ERROR_CODES.ConditionNotMet!;
  if (status === 429 || status === 503) return BUSY;
  if (status === 408 || status >= 500) return PASSING;
  return { kind: 'Rejected', message: 'the service refused the request' };
}
