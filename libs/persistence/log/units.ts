const BYTE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

/** `311 B`, `12 KB`, `1.2 MB`: powers of 1,000, two digits where they say something. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < BYTE_UNITS.length - 1) {
    value /= 1_000;
    unit++;
  }
  const digits = unit > 0 && value < 9.95 ? 1 : 0;
  return `${value.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

/** `24 ms`, `1.3 s`, `42 s`, `3 min 20 s`, `2 h 5 min`. */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  const seconds = ms / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (seconds < 59.5) return `${Math.round(seconds)} s`;
  if (seconds < 3_599.5) return parts(Math.round(seconds), 60, 'min', 's');
  return parts(Math.round(seconds / 60), 60, 'h', 'min');
}

/** `1 commit`, `311 commits`. */
export function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** ISO 8601 in UTC. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString();
}

function parts(total: number, base: number, large: string, small: string): string {
  const rest = total % base;
  const head = `${Math.floor(total / base)} ${large}`;
  return rest === 0 ? head : `${head} ${rest} ${small}`;
}
