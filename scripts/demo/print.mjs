/* What the demo says: numbered steps, indented details, figures with units. */

let steps = 0;

export function step(title) {
  steps += 1;
  console.log(`\n${steps}. ${title}`);
}

export function detail(text) {
  console.log(`   ${text}`);
}

/** A line of the app's own log, marked as such. */
export function appLine(text) {
  console.log(`   | ${text}`);
}

export function count(number, singular, plural = `${singular}s`) {
  return `${number.toLocaleString('en')} ${number === 1 ? singular : plural}`;
}

export function duration(ms) {
  return ms < 1_000 ? `${ms.toFixed(ms < 10 ? 1 : 0)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

export function size(bytes) {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
