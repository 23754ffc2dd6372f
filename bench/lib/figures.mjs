/** Middle value; of an even number, the mean of the two in the middle. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that `share` (0 to 1) of all values do not exceed. */
export function percentile(values, share) {
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

export const sum = (values) => values.reduce((total, value) => total + value, 0);

/** Medians of every numeric field over runs that have the same fields. */
export function medians(runs) {
  return Object.fromEntries(
    Object.keys(runs[0]).map((field) => [field, median(runs.map((run) => run[field]))]),
  );
}

/** Three significant digits, and never an exponent. */
export function digits(value) {
  if (value === null || value === undefined) return 'not measured';
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return size >= 1 ? value.toFixed(2) : value.toFixed(3);
}
