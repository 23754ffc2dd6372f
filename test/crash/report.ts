import { FAILURES_FILE, type CrashResult } from './crash-run';
import { isCounting, type LifeReport } from './life-report';

const COLUMNS = [
  ['life', 4],
  ['disk before', -30],
  ['origin', -10],
  ['ready', 8],
  ['killed at', 9],
  ['acknowledged', 12],
  ['in flight', 9],
  ['lost', 5],
  ['pages', -1],
] as const;

const FAILURES_SHOWN = 20;
const FAILURE_MAX = 2_000;

const seconds = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1_000).toFixed(2)} s`);
const count = (n: number): string => n.toLocaleString('en');

function line(cells: readonly string[]): string {
  const padded = cells.map((cell, at) => {
    const width = COLUMNS[at]![1];
    return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
  });
  return padded.join('  ').trimEnd();
}

export const heading = (): string => line(COLUMNS.map(([name]) => name));

export function lifeLine(report: LifeReport): string {
  const { life, disk, origin, early, readyMs, livedMs, acknowledged, inFlight, lost } = report;
  const remark = isCounting(report)
    ? ''
    : early
      ? ' (killed too late, does not count)'
      : ' (does not count)';
  return line([
    String(life),
    disk,
    origin ?? '-',
    seconds(readyMs),
    seconds(livedMs),
    early ? '-' : count(acknowledged),
    early ? '-' : count(inFlight),
    count(lost.length),
    pagesCell(report) + remark,
  ]);
}

function pagesCell({ pages }: LifeReport): string {
  if (pages.kind === 'equal') return `${count(pages.pages)} equal`;
  return pages.kind === 'different' ? 'DIFFERENT' : pages.reason;
}

/** What it all came to, and for a failure what failed and where to look. */
export function summary(result: CrashResult): string[] {
  const { lives, failures, seed, settled, evidence, keepDisk, store, durability } = result;
  const sum = (of: (report: LifeReport) => number): number =>
    lives.reduce((total, report) => total + of(report), 0);
  const equal = lives.filter(({ pages }) => pages.kind === 'equal');
  const restarted = equal.filter(({ pages }) => pages.kind === 'equal' && pages.restarts > 0);
  const behind = equal.filter(({ pages }) => pages.kind === 'equal' && pages.behindHead);
  const pages = sum((each) => (each.pages.kind === 'equal' ? each.pages.pages : 0));
  const flags = [
    ...(store === 'directory' ? [] : [`--store ${store}`]),
    ...(durability === 'async' ? [] : [`--durability ${durability}`]),
    `--lives ${lives.length} --seed ${seed}`,
    ...(keepDisk ? ['--keep-disk'] : []),
  ].join(' ');
  return [
    '',
    `acknowledged ${count(sum((each) => each.acknowledged))} writes, refused ${count(sum((each) => each.refused))} as they had to be`,
    ...(durability === 'async'
      ? []
      : [
          `shown        ${count(sum((each) => each.shown))} times a row of somebody else, ${count(sum((each) => each.shownEarly))} times while its writer had no answer yet`,
        ]),
    `in flight    ${count(sum((each) => each.inFlight))} at the kills; of the changes left open ${count(settled.done)} had been made and ${count(settled.undone)} had not, none by halves`,
    `lost         ${count(sum((each) => each.lost.length))}`,
    `pages        ${count(pages)} compared in ${equal.length} of ${lives.length} lives; in ${restarted.length} of them the log had been restarted, in ${behind.length} behind the head`,
    `counted      ${lives.filter(isCounting).length} of ${lives.length} lives, ${lives.filter(({ early }) => early).length} of them meant to die before they were ready`,
    `again        npm run crash -- ${flags}`,
    ...(failures.length === 0 ? ['', 'Nothing was lost.'] : ['', 'FAILED', ...shown(failures)]),
    ...(evidence === null ? [] : [`Replica, disk and logs are kept in ${evidence}`]),
  ];
}

function shown(failures: readonly string[]): string[] {
  const first = failures.slice(0, FAILURES_SHOWN).map((each) => `- ${cut(each)}`);
  const more = failures.length - first.length;
  return more > 0 ? [...first, `- and ${count(more)} more, in ${FAILURES_FILE}`] : first;
}

const cut = (text: string): string =>
  text.length <= FAILURE_MAX
    ? text
    : `${text.slice(0, FAILURE_MAX)} ... (whole in ${FAILURES_FILE})`;
