/** What is needed here of an Azure Storage connection string (`Name=value` pairs, separated by `;`). */
export interface ConnectionStringParts {
  /** Null where it stands only in an endpoint, or nowhere. */
  readonly account: string | null;
  /** It stands for the local emulator. */
  readonly development: boolean;
  /** It carries a shared access signature, which needs no account key. */
  readonly signed: boolean;
  /** What an account key login lacks: `AccountName` or `AccountKey`; null if neither. */
  readonly missing: string | null;
}

/** Parses without judging; values may hold `=` (keys end with it). Names are compared without case, as Azure's tools do. */
export function parseConnectionString(text: string): ConnectionStringParts {
  const pairs = new Map<string, string>();
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    if (at > 0) pairs.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim());
  }
  const has = (name: string) => (pairs.get(name) ?? '') !== '';
  const missing = !has('accountname') ? 'AccountName' : !has('accountkey') ? 'AccountKey' : null;
  return {
    account: pairs.get('accountname') || accountOfEndpoint(pairs.get('blobendpoint')),
    development: pairs.get('usedevelopmentstorage') === 'true',
    signed: has('sharedaccesssignature') && (has('blobendpoint') || has('accountname')),
    missing,
  };
}

/** `myaccount` for `https://myaccount.blob.core.windows.net`. */
export function accountOfEndpoint(endpoint: string | undefined): string | null {
  if (endpoint === undefined || !URL.canParse(endpoint)) return null;
  const [first, second] = new URL(endpoint).hostname.split('.');
  return second === 'blob' && first !== undefined && first !== '' ? first : null;
}
