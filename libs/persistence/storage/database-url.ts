/** `postgres` for `postgres://...`; `unknown` where there is no scheme. */
export function databaseUrlScheme(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*):/i.exec(url);
  // The text itself is never repeated: it may hold a password.
  return match === null ? 'unknown' : match[1]!.toLowerCase();
}

/**
 * The local path in `file:` and `sqlite:` URLs (`file:./dev.db`, `file:///data/app.db`, `sqlite:data/app.db`); undefined
 * for others. Query parameters are ignored.
 */
export function localPathOf(url: string): string | undefined {
  const match = /^(?:file|sqlite):(?:\/\/)?([^?#]+)/i.exec(url);
  if (match === null) return undefined;
  try {
    return decodeURIComponent(match[1]!);
  } catch {
    return match[1]!;
  }
}
