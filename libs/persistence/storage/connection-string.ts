/** What is needed here of an Azure Storage connection string (`Name=value` pairs, separated by `;`). */
export interface ConnectionStringParts {
  /** Null where it stands only in an endpoint, or nowhere. */
  readonly account: string | null;
  /** It stands for the local emulator. */
  readonly development: boolean;
  /** It carries a shared access signature, which needs no account key. */
  readonly signed: boolean;
  /** URL of the blob service, which may carry a signature; null where the text does not tell. */
  readonly service: string | null;
  /** What an account key login lacks: `AccountName` or `AccountKey`; null if neither. */
  readonly missing: string | null;
}

/** Where Azurite listens unless it is told otherwise. */
const EMULATOR = 'http://127.0.0.1:10000/devstoreaccount1';

/** Parses without judging; values may hold `=` (keys end with it). Names are compared without case, as Azure's tools do. */
export function parseConnectionString(text: string): ConnectionStringParts {
  const pairs = new Map<string, string>();
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    if (at > 0) pairs.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim());
  }
  const development = pairs.get('usedevelopmentstorage') === 'true';
  const has = (name: string) => (pairs.get(name) ?? '') !== '';
  const missing = !has('accountname') ? 'AccountName' : !has('accountkey') ? 'AccountKey' : null;
  return {
    account: pairs.get('accountname') || accountOfEndpoint(pairs.get('blobendpoint')),
    development,
    service: pairs.get('blobendpoint') || (development ? EMULATOR : serviceOf(pairs)),
    signed: has('sharedaccesssignature') && (has('blobendpoint') || has('accountname')),
    missing,
  };
}

/** As the SDK makes it from the parts. */
function serviceOf(pairs: ReadonlyMap<string, string>): string | null {
  const account = pairs.get('accountname');
  if (!account) return null;
  const protocol = pairs.get('defaultendpointsprotocol') || 'https';
  return `${protocol}://${account}.blob.${pairs.get('endpointsuffix') || 'core.windows.net'}`;
}

/** `myaccount` for `https://myaccount.blob.core.windows.net`. */
export function accountOfEndpoint(endpoint: string | undefined): string | null {
  if (endpoint === undefined || !URL.canParse(endpoint)) return null;
  const [first, second] = new URL(endpoint).hostname.split('.');
  return second === 'blob' && first !== undefined && first !== '' ? first : null;
}
