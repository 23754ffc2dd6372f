const HEX_16 = /^[0-9a-f]{16}$/;

/** A TXID as the names of log files have it: 16 hex digits. */
export function ltxTxid(txid: number): string {
  return txid.toString(16).padStart(16, '0');
}

/** Its inverse; null for what is none. */
export function parseLtxTxid(text: string): number | null {
  const txid = HEX_16.test(text) ? Number.parseInt(text, 16) : 0;
  return Number.isSafeInteger(txid) && txid >= 1 ? txid : null;
}
