// node scripts/promises.mjs          writes docs/promises.md
// node scripts/promises.mjs --check  fails if a promise has no test, or the page is not what the list gives
//
// A promise counts only while a test with that title exists and is not skipped; whether it passes is for `npm test`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const PAGE = 'docs/promises.md';

/** [promise, file, title of a test (a regular expression)]; a heading stands alone. */
const PROMISES = [
  'What is stored stays',
  [
    'Whatever `flush()` confirmed is there again after the process was killed and the disk wiped.',
    'test/replica/redeploy.spec.ts',
    /killed and the disk wiped/,
  ],
  [
    'The same holds over HTTP: an answered write survives `kill -9` and a lost disk.',
    'apps/courses/main.e2e-spec.ts',
    /everything it acknowledged after kill -9 and a lost disk/,
  ],
  [
    'Killed under load again and again, its disk wiped each time, the demo loses nothing that it acknowledged, and every page of the restored file is right.',
    'test/crash/crash.spec.ts',
    /loses nothing that it acknowledged/,
  ],
  [
    'Commits are stored without anybody calling `flush()`.',
    'test/journeys/start/restore-before-open.spec.ts',
    /without anybody calling flush/,
  ],
  [
    'Raw SQL and other programs count too: what another process commits is stored like our own.',
    'test/replica/hazards.spec.ts',
    /commits of another process are shipped like our own/,
  ],
  [
    'A checkpoint by another process takes no commit past us.',
    'test/replica/hazards.spec.ts',
    /checkpoints of another process cannot take a commit past us/,
  ],
  [
    'If something in the process drops our locks, it is noticed and nothing is lost.',
    'test/replica/hazards.spec.ts',
    /drops our locks: the deleted log is noticed, and nothing is lost/,
  ],
  [
    'What was rolled back is never stored.',
    'test/replica/hazards.spec.ts',
    /rolls back is never shipped/,
  ],
  ['`VACUUM` and what follows come back exactly.', 'test/replica/hazards.spec.ts', /VACUUM/],
  [
    'While a transaction hides a commit, it is not called stored.',
    'libs/persistence/database/database-life.spec.ts',
    /does not call a commit stored while a transaction hides it/,
  ],
  [
    'What is written while the app shuts down is kept; a write after the drain is refused, not lost.',
    'test/journeys/start/restore-before-open.spec.ts',
    /keeps what was written while the app shut down|refuses a write after the drain/,
  ],
  [
    'An app that never called `enableShutdownHooks()` is drained at SIGTERM and SIGINT.',
    'test/journeys/start/signals.spec.ts',
    /without shutdown hooks: %s drains/,
  ],
  [
    'After a kill on a kept disk, what had not been stored is stored by the next start.',
    'test/replica/redeploy.spec.ts',
    /continues a kept disk after a kill/,
  ],
  [
    'While the store is away the app goes on, says so, and catches up.',
    'test/replica/publish.spec.ts',
    /goes on while the store is away, says so, and catches up/,
  ],
  [
    'What an app could not store before it was stopped is stored by its next start on the same disk.',
    'test/docs/outage.spec.ts',
    /keeps what was not stored, and the next start on that disk stores it/,
  ],
  [
    'When the worker thread dies, a new one goes on and nothing committed meanwhile is missed.',
    'test/replica/publish.spec.ts',
    /a new one goes on, and what was committed meanwhile is stored/,
  ],
  [
    'An object in a folder store is on the disk before it gets its name, and its name before the write is confirmed.',
    'libs/storage/providers/directory/directory.store.spec.ts',
    /synced before they get their name/,
  ],

  [
    'A replica that somebody deletes under the running app begins anew with the local database, all of it.',
    'test/replica/lost-history.spec.ts',
    /begins a new history with the local database, all of it/,
  ],
  [
    'Where only the newest entry is gone, nothing is stored behind the gap.',
    'test/replica/lost-history.spec.ts',
    /waits where only its newest entry is gone/,
  ],
  [
    'A bucket that throttles, fails or loses its answers for a while costs nothing but time.',
    'test/journeys/outage/store-outages.spec.ts',
    /loses nothing where it %s/,
  ],
  [
    'Credentials may be revoked and given back: nothing is lost, and storing goes on by itself.',
    'test/journeys/outage/store-outages.spec.ts',
    /credentials are revoked and given back/,
  ],
  [
    'Answers wait until they are stored where the platform freezes the process behind them.',
    'test/journeys/start/platforms.spec.ts',
    /an answer leaves when what its handler committed is stored/,
  ],
  'Answers that wait',
  [
    'No byte of an answer that waits leaves before what was committed when it was written is stored, on Express and Fastify, whoever sends it.',
    'test/gate/answers.spec.ts',
    /nothing of an answer leaves before its commits are stored/,
  ],
  [
    'What cannot be confirmed becomes a 503 that says what to do, and nothing of the answer is seen.',
    'test/gate/refused.spec.ts',
    /is replaced by a 503 that says what to do and nothing of the app’s answer/,
  ],
  [
    'A stream or server-sent events wait chunk by chunk; what cannot be confirmed is cut, not sent.',
    'test/gate/refused.spec.ts',
    /of a server-sent event that is not confirmed nothing leaves/,
  ],
  [
    'An answer that was written inside a transaction waits for its end; rolled back, it is not sent.',
    'test/gate/refused.spec.ts',
    /because its transaction was rolled back becomes a 500 with the code/,
  ],
  [
    'A transaction around every request is no way around the gate.',
    'test/gate/whole-app.spec.ts',
    /in a transaction around every request: it ends first/,
  ],
  [
    'A probe marked `@Durable(false)` is answered, whatever the store does.',
    'test/gate/whole-app.spec.ts',
    /a preflight does not wait, nor does @Durable\(false\)/,
  ],
  [
    'However much a handler writes on, what is held of one answer is bounded.',
    'test/gate/refused.spec.ts',
    /is 16 MiB at most where the handler writes on and on/,
  ],
  [
    'At SIGTERM held answers are confirmed, then the process ends; also where the store never answers.',
    'test/gate/whole-app.spec.ts',
    /while the app closes and the store never answers: it ends all the same/,
  ],
  [
    'The checks of the gate notice a gate that does not wait, or looks at no transaction.',
    'test/gate/mutants.spec.ts',
    /for one that does not wait for flush\(\)/,
  ],
  [
    '`sync.transaction()` resolves when all of it is committed and stored.',
    'test/gate/transactions.spec.ts',
    /resolves to what work resolves to, when all of it is stored/,
  ],
  [
    'A host that freezes the process behind each answer loses nothing that was answered.',
    'test/journeys/commit/freezing-host.spec.ts',
    /loses nothing that was answered, where answers wait for the store/,
  ],
  [
    'Where every answer waits, whatever any of them told is there after kill and lost disk, reads of what others were writing included.',
    'test/crash/crash.spec.ts',
    /loses nothing that any answer has told, reads of what others were writing included/,
  ],
  [
    '`confirmIntervalMs` bounds the requests; those who wait within it share one.',
    'test/replica/confirm-pace.spec.ts',
    /is kept: ten that wait within it share one request/,
  ],
  [
    'An answer that waits is never late because of `confirmIntervalMs` when the app closes.',
    'test/gate/confirm-interval.spec.ts',
    /is over when the app begins to close: who waits is answered/,
  ],
  [
    'Where nothing is new, waiting costs neither a request nor a look at the log, and nothing that is not stored is called stored.',
    'test/replica/nothing-new.spec.ts',
    /leaves out no commit that is made beside the capture, nor one beside the request/,
  ],
  [
    '`@Durable()` where it cannot keep its promise is refused or warned of, not ignored.',
    'test/gate/other-ways.spec.ts',
    /@Durable\(\) refuses, and says what to do/,
  ],
  'Transactions',
  [
    'Databases nested in each other do not hang: the one that waits too long gets a code.',
    'libs/persistence/typeorm/isolated/levels.spec.ts',
    /the other way round at once, do not hang/,
  ],
  [
    'Transactions at the same time do not meet: the one that throws takes nothing of the other with it.',
    'libs/persistence/typeorm/isolated/isolation.spec.ts',
    /the one that throws takes nothing of the other with it/,
  ],
  [
    'What is saved beside a transaction that fails stays.',
    'libs/persistence/typeorm/isolated/isolation.spec.ts',
    /inserts beside one that throws stay/,
  ],
  [
    'A read outside a transaction sees what is committed, and does not wait.',
    'libs/persistence/typeorm/isolated/isolation.spec.ts',
    /a read outside sees what is committed, without waiting/,
  ],
  [
    'Nested transactions are savepoints, siblings wait for one another.',
    'libs/persistence/typeorm/isolated/isolation.spec.ts',
    /siblings wait for one another, and fail each for itself/,
  ],
  [
    'Whatever TypeORM does, on our DataSource its rows, its wake-ups and its isolation are right; what goes wrong on the stock one stands beside it.',
    'test/isolation/table.spec.ts',
    /is what a run gives/,
  ],
  [
    'Random programs that meet lose no acknowledged row, and keep none of what was rolled back.',
    'test/isolation/soak/soak.spec.ts',
    /lose nothing that was acknowledged, and leave nothing that was refused/,
  ],
  [
    'Who waits too long for a transaction is told where that was begun.',
    'libs/persistence/typeorm/isolated/runners.spec.ts',
    /is told where the transaction was begun, and what it did last/,
  ],
  [
    'The event loop goes on while another process holds the write lock.',
    'libs/persistence/typeorm/isolated/runners.spec.ts',
    /is waited for while the event loop goes on/,
  ],
  [
    'No insert gets past a foreign key while `synchronize()` runs.',
    'libs/persistence/typeorm/isolated/runners.spec.ts',
    /no insert gets past a foreign key while synchronize\(\) runs/,
  ],
  [
    'When an instance is superseded, statements and commits of an open transaction are refused, and reading goes on.',
    'libs/persistence/typeorm/isolated/runners.spec.ts',
    /refuses statements and the commit of an open transaction/,
  ],
  [
    'A transaction that nobody ends is seen, whoever has it: health is down and `flush()` refuses.',
    'test/journeys/observe/open-transaction.spec.ts',
    /on a connection that the app opened itself is seen by its lock/,
  ],
  [
    'It is seen in another process too.',
    'test/journeys/observe/open-transaction.spec.ts',
    /in another process is seen by its lock too/,
  ],
  [
    'A steady stream of transactions starves no `flush()`.',
    'libs/persistence/typeorm/app-connections.spec.ts',
    /let a waiter go that a steady stream of transactions would starve/,
  ],
  'One writer',
  [
    'A second deployment takes over at once, and the first one never writes again.',
    'test/replica/ownership.spec.ts',
    /supersedes the first at once/,
  ],
  [
    'A commit that ends after the takeover is refused, never acknowledged.',
    'test/replica/hazards.spec.ts',
    /after this instance was superseded is refused, not acknowledged/,
  ],
  [
    'An app that was superseded confirms no write: it answers with 503.',
    'apps/courses/main.e2e-spec.ts',
    /confirms no write, with 503, once another instance has taken over/,
  ],
  [
    'Of several instances that begin at the same moment one wins, and none loses a commit.',
    'test/replica/ownership.spec.ts',
    /begin a new history at the same moment one begins it/,
  ],
  [
    'A newcomer catches up with an owner that never pauses, without losing one of its stored commits.',
    'test/replica/ownership.spec.ts',
    /catches up with an owner that writes without pause/,
  ],
  [
    'Two processes on one host cannot run with the same database file.',
    'test/replica/ownership.spec.ts',
    /second process on the same file is refused/,
  ],
  [
    'Of any number of processes that create one object in a folder store, exactly one wins.',
    'test/contract/processes.spec.ts',
    /exactly one wins/,
  ],
  [
    'A store that would let two writers create the same object is refused.',
    'libs/persistence/database/open-store.spec.ts',
    /lets two writers create the same object/,
  ],

  'Nothing is silently wrong',
  [
    'TypeORM opens the file only after it was restored.',
    'test/journeys/start/restore-before-open.spec.ts',
    /restores before TypeORM opens the file/,
  ],
  [
    'A store that cannot be read stops the start; it is never taken for an empty one.',
    'test/journeys/start/restore-before-open.spec.ts',
    /opens nothing while the store cannot be read/,
  ],
  [
    'Where a history existed and is gone, no new database is begun.',
    'test/replica/start-table.spec.ts',
    /never a new database/,
  ],
  [
    'Where the newest objects are gone and the host knows better, the start is refused.',
    'test/replica/start-table.spec.ts',
    /newest entry is missing, and a host that knows better: refused/,
  ],
  [
    'Whatever is damaged, cut, exchanged or missing in the store: the newest state, or a stop that names the object and changes nothing.',
    'test/corruption/corruption.spec.ts',
    /never silently wrong|names the object when it stops/,
  ],
  [
    'A damaged file that Litestream wrote is refused, or gives the very bytes.',
    'test/compat/fixtures/damage.spec.ts',
    /is refused, or restores to the very bytes/,
  ],
  [
    'A stored file with any one byte changed is refused.',
    'libs/ltx/refusal.spec.ts',
    /is refused, whichever byte was changed/,
  ],
  [
    'A kept local file is used only on proof: an older or changed one is set aside.',
    'test/replica/start-table.spec.ts',
    /when an older main file was put back|when an older pair was put back|when a foreign program wrote it/,
  ],
  [
    'A local file in front of an empty store is taken over whole.',
    'test/replica/start-table.spec.ts',
    /a local file: it is adopted whole/,
  ],
  [
    'A plain database file in front of an empty store wins over a local one, which is set aside.',
    'test/replica/start-table.spec.ts',
    /the backup wins over a local file/,
  ],
  [
    'Health is down when commits wait too long, when another instance has taken over, and for a transaction that nobody ends.',
    'test/journeys/observe/health.spec.ts',
    /is down/,
  ],
  [
    'The data of another app are refused.',
    'test/replica/start-table.spec.ts',
    /of another app: refused/,
  ],
  [
    'A variable that asks for a store which is not built yet is an error, never a quiet local file.',
    'libs/persistence/storage/detect-storage.spec.ts',
    /never silently local only/,
  ],
  [
    'TypeORM beside us instead of through us is refused, with the lines to write.',
    'test/journeys/start/wrong-setup.spec.ts',
    /when TypeORM opens its SQLite file by itself beside us/,
  ],
  [
    '`restore()` brings back any TXID and never overwrites a file.',
    'test/journeys/rescue/restore.spec.ts',
    /never overwrites/,
  ],

  'The past',
  [
    'Every state that is kept is the one that was there, through merges, snapshots and removals.',
    'test/replica/maintain-live.spec.ts',
    /keeps what the app saw at every point that is left/,
  ],
  [
    'Every restore point and every moment gives exactly what was there, for a few requests.',
    'test/journeys/rescue/compacted.spec.ts',
    /every restore point and every moment gives what was there/,
  ],
  [
    'Nothing is deleted before the file that holds it was read back in full.',
    'test/replica/maintain.spec.ts',
    /a fold that was never read back is read in full first/,
  ],
  [
    'A superseded instance meets the claim for ever, however late it wakes.',
    'test/replica/maintain.spec.ts',
    /is stopped by its claim for ever/,
  ],
  [
    'An instance that was superseded folds and deletes nothing.',
    'test/replica/maintain.spec.ts',
    /nothing is folded and nothing deleted any more/,
  ],
  [
    'A newcomer whose plan is removed under it plans again, and misses nothing.',
    'test/replica/maintain-live.spec.ts',
    /it plans again, and misses nothing/,
  ],
  [
    'Maintenance never makes a commit wait.',
    'test/replica/maintain-live.spec.ts',
    /never makes a commit wait/,
  ],
  [
    'A replica stays bounded, however long it lives.',
    'libs/replica/maintain/plans.spec.ts',
    /keep a replica bounded/,
  ],
  [
    'An idle replica asks the store for nothing.',
    'test/replica/maintain.spec.ts',
    /asks the store for nothing when nothing has happened/,
  ],
  ['A restore never overwrites.', 'test/journeys/rescue/restore.spec.ts', /and never overwrites/],
  [
    'A start that meets damage prints a command that works as printed.',
    'test/journeys/rescue/corrupt-start.spec.ts',
    /prints a command that brings database/,
  ],
  [
    'An emergency restore gives the newest whole state and says truly what is lost behind it.',
    'test/journeys/rescue/emergency.spec.ts',
    /says truly what is lost behind it/,
  ],
  [
    'Litestream goes on behind us, and we behind it, also where the log was compacted.',
    'test/compat/maintain-litestream.spec.ts',
    /goes on with `litestream replicate`/,
  ],
  'Stores',
  [
    'The first match in the environment chooses the store.',
    'libs/persistence/storage/detect-storage.spec.ts',
    /the first match counts/,
  ],
  [
    'Half a configuration is an error that names what is missing, never a silent fall to the next store.',
    'libs/persistence/storage/detect-storage.spec.ts',
    /every variable that belongs to a row is in this list/,
  ],
  [
    'A store whose conditional writes do not hold is refused before anything is stored.',
    'test/replica/probe.spec.ts',
    /refused before anything is stored/,
  ],
  [
    'A normal start pays one read for that proof.',
    'test/replica/probe.spec.ts',
    /runs no race and pays one read/,
  ],
  [
    'A conditional write is one request, whatever its size: on S3.',
    'test/contract/s3-parts.spec.ts',
    /what depends on a condition goes in one request/,
  ],
  [
    'And on Azure Blob Storage.',
    'test/contract/azure-service.spec.ts',
    /with a condition is a single request/,
  ],
  [
    'A missing bucket is named by a code, and not made.',
    'test/contract/s3-open.spec.ts',
    /STORE_BUCKET_MISSING, and is not made/,
  ],
  [
    'A missing container is made where that is allowed.',
    'test/contract/azure-service.spec.ts',
    /created where it is absent/,
  ],
  [
    'A missing client library is named with the line that installs it.',
    'test/contract/s3-open.spec.ts',
    /PACKAGE_MISSING with the line that installs it/,
  ],
  [
    'Every promise of a store is tried on every provider, and the table of them is complete.',
    'test/contract/table.spec.ts',
    /has a result of every promise/,
  ],
  [
    'Two databases in one place are refused.',
    'test/journeys/start/wrong-setup.spec.ts',
    /two databases to one file/,
  ],
  [
    'A preview with the settings of production does not take its database.',
    'test/journeys/start/platforms.spec.ts',
    /does not take its database/,
  ],
  [
    'Moving in from whole-file uploads loses nothing and keeps the old object: on S3 and Azure.',
    'test/journeys/moving-in/moving-in.spec.ts',
    /nothing lost, the old object kept beside/,
  ],
  [
    'And from a live database file with its log in a network folder.',
    'test/journeys/moving-in/moving-in.spec.ts',
    /nothing lost, the old file kept beside/,
  ],
  'Backups and what is seen',
  [
    'A backup holds everything committed before it and opens without write access.',
    'test/replica/backup.spec.ts',
    /holds everything committed before the call/,
  ],
  [
    'It never replaces the backup of a successor.',
    'test/replica/backup.spec.ts',
    /never replaces the backup of a successor/,
  ],
  [
    'A file that is not ours is kept before ours is written.',
    'test/replica/backup.spec.ts',
    /keeps a file that is not ours/,
  ],
  [
    'An unchanged database is not backed up again.',
    'test/replica/backup.spec.ts',
    /is skipped when nothing has changed/,
  ],
  [
    'A job of the app’s own fires once per tick, with our timers beside it.',
    'test/journeys/maintain/backup.spec.ts',
    /fires once per tick/,
  ],
  [
    'Health and status ask the store for nothing.',
    'test/journeys/observe/admin.spec.ts',
    /ten thousand health and status calls/,
  ],
  [
    'The admin endpoints are never open to everybody.',
    'test/journeys/observe/admin.spec.ts',
    /is never everybody/,
  ],
  [
    'No secret and no path of the host is told, whatever fails.',
    'test/journeys/observe/secrets.spec.ts',
    /by an app whose store refuses it/,
  ],
  'No lock-in',
  [
    'Litestream restores what we write, at every point.',
    'test/compat/litestream.spec.ts',
    /gives the state of every TXID/,
  ],
  [
    'We restore what Litestream writes, at every point, to the very bytes.',
    'test/compat/fixtures/fixtures.spec.ts',
    /restores to the very bytes/,
  ],
  [
    'Litestream goes on where we stopped.',
    'test/compat/litestream.spec.ts',
    /what Litestream itself added/,
  ],
  [
    'The command in the README brings a database back.',
    'test/docs/litestream-line.spec.ts',
    /the line of the README/,
  ],
  [
    'An `ObjectStore` of your own works, and the contract suite catches broken ones.',
    'test/contract/broken-stores.spec.ts',
    /the contract catches/,
  ],
  [
    '`litestream restore` brings the database back from an S3 bucket.',
    'test/contract/s3-litestream.spec.ts',
    /gets every confirmed row out/,
  ],
  [
    'And from an Azure container.',
    'test/contract/azure-litestream.spec.ts',
    /gets every confirmed row out/,
  ],
];

/** Titles of the tests of a file that are neither skipped nor known to fail. */
function titlesOf(file) {
  const path = join(ROOT, file);
  if (!existsSync(path)) return [];
  const text = readFileSync(path, 'utf8');
  const calls = /(?:\b(?:it|test)|\))\(\s*(['"`])((?:\\.|(?!\1).)+)\1\s*,/gs;
  return [...text.matchAll(calls)]
    .filter(({ 0: call, index }) => !(call.startsWith(')') && isPutOff(text.slice(0, index))))
    .map(([, , title]) => title.replaceAll("\\'", "'"));
}

/** Whether the `.each` whose list ends here belongs to `.skip` or `.failing`. */
function isPutOff(before) {
  const last = [...before.matchAll(/^ *(?:it|test)((?:\.\w+)*)[(<]/gm)].at(-1);
  return /\.(skip|failing)/.test(last?.[1] ?? '');
}

function entry([promise, file, pattern]) {
  const titles = titlesOf(file).filter((title) => pattern.test(title));
  if (titles.length === 0) return { error: `No test in ${file} matches ${pattern}: ${promise}` };
  const tests = titles.map((title) => `\`${title}\``).join(', ');
  return { line: `- ${promise} Test: ${tests} in [${file}](../${file}).` };
}

const entries = PROMISES.map((each) =>
  typeof each === 'string' ? { line: `\n## ${each}\n` } : entry(each),
);
const errors = entries.flatMap(({ error }) => error ?? []);
const count = PROMISES.filter((each) => typeof each !== 'string').length;
const page = [
  '# What we promise',
  '',
  `${count} promises, each with the test that holds it. Written by \`node scripts/promises.mjs\`, which fails when a test is gone.`,
  ...entries.map(({ line }) => line),
  '',
].join('\n');

if (process.argv.includes('--check')) {
  const path = join(ROOT, PAGE);
  if (!existsSync(path) || readFileSync(path, 'utf8') !== page) {
    errors.push(`${PAGE} is not what scripts/promises.mjs gives: run it and commit the page.`);
  }
} else if (errors.length === 0) {
  writeFileSync(join(ROOT, PAGE), page);
}
for (const error of errors) console.error(error);
if (errors.length > 0) process.exitCode = 1;
else console.log(`${count} promises, each with a test.`);
