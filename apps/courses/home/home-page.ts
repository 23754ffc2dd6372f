import type { PersistenceStatus } from 'nestjs-persistence';
import type { CatalogueProgress } from '../catalogue/catalogue-loader';
import type { Counts } from './platform-counts';

/** What the page shows, all of one moment. */
export interface HomePageContent {
  readonly counts: Counts;
  readonly status: PersistenceStatus;
  readonly catalogue: CatalogueProgress;
  /** ms since 1970 */
  readonly now: number;
}

/** The landing page as HTML: one document without scripts, fonts or other requests. */
export function homePage({ counts, status, catalogue, now }: HomePageContent): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Courses, a nestjs-persistence demo</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Courses</h1>
<p>A vocabulary course platform whose whole database is one SQLite file, kept safe by
<strong>nestjs-persistence</strong>: a write is answered when it is stored where a lost disk cannot take it.</p>

<h2>In the database</h2>
<dl class="counts">${Object.entries(counts).map(countCell).join('')}</dl>
<p>${catalogueLine(catalogue)}</p>

<h2>In the store</h2>
<p class="${status.error === null && status.survivesRedeploy ? 'good' : 'bad'}">${escape(status.summary)}</p>
<dl>${statusRows(status, now).map(row).join('')}</dl>

<h2>Try it</h2>
<ul>
<li><a href="/docs">The API, to read and to try</a></li>
<li><a href="/courses?search=animals">Courses about animals</a></li>
<li><a href="/health">Health</a>, <a href="/health/live">live</a>, <a href="/health/ready">ready</a></li>
</ul>

<h2>How to lose nothing</h2>
<p>Kill the process (<code>kill -9</code>), delete the database file, start it again: everything that was answered with
a 2xx is back. <code>npm run demo</code> does it step by step.</p>
<h2>How to reset</h2>
<p>Stop the app and run <code>npm run demo -- --reset</code>, or delete the local file <em>and</em> its replica: the
folder that ends in <code>.replica</code>, in the place that the box above names.</p>
</main>
</body>
</html>
`;
}

const STYLE = `
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1d2733; background: #f6f7f9; }
main { max-width: 44rem; margin: 2rem auto; padding: 1rem 2rem 2rem; background: #fff; border: 1px solid #dde2e8; border-radius: 8px; }
h1 { margin: .5rem 0 0; } h2 { margin: 1.6rem 0 .4rem; font-size: 1.1rem; }
dl { display: grid; grid-template-columns: 11rem 1fr; gap: .2rem 1rem; margin: .5rem 0; }
dt { color: #5a6775; } dd { margin: 0; overflow-wrap: anywhere; }
dl.counts { grid-template-columns: repeat(auto-fit, minmax(7rem, 1fr)); }
dl.counts dd { font-size: 1.5rem; font-weight: 600; }
.good, .bad { padding: .5rem .8rem; border-left: 4px solid #2c8a4b; background: #eef8f1; }
.bad { border-color: #b8401f; background: #fdf1ec; }
code { background: #eef0f3; padding: 0 .25rem; border-radius: 3px; }
a { color: #0b5cad; }
`;

function countCell([name, count]: [string, number]): string {
  return `<div><dt>${escape(name)}</dt><dd>${count.toLocaleString('en')}</dd></div>`;
}

function catalogueLine({ selection, state, loaded, total }: CatalogueProgress): string {
  if (selection === 'none') return 'No catalogue was asked for (COURSES_CATALOGUE=none).';
  const amount = `${loaded.toLocaleString('en')} of ${total.toLocaleString('en')} synsets of WordNet 3.1`;
  return `Catalogue (${selection}): ${state}, ${amount}.`;
}

function statusRows(status: PersistenceStatus, now: number): [string, string][] {
  const { lastStored, lag, error } = status;
  const rows: [string, string][] = [
    ['This instance', status.role],
    ['The database was', status.origin ?? 'opened without a replica'],
  ];
  if (status.durableTxid !== null) rows.push(['Stored up to', `TXID ${status.durableTxid}`]);
  if (lastStored !== null) {
    const age = ((now - lastStored.at) / 1000).toFixed(1);
    rows.push([
      'Last stored',
      `TXID ${lastStored.txid}, ${new Date(lastStored.at).toISOString()} (${age} s ago), ${lastStored.bytes.toLocaleString('en')} bytes in ${lastStored.durationMs.toFixed(0)} ms`,
    ]);
  }
  rows.push([
    'Not stored yet',
    lag.commits === 0 ? 'nothing' : `${lag.commits} commits, for ${lag.ms} ms`,
  ]);
  if (error !== null) rows.push(['Trouble', `${error.code}: ${error.message} ${error.hint}`]);
  return rows;
}

function row([name, value]: [string, string]): string {
  return `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escape(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => ENTITIES[letter]!);
}
