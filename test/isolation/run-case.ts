import { type IsolationApp, type Kind, openApp } from './app/open-app';
import { Note } from './app/note.entity';
import { answerTo, type IsolationCase, othersGoOn, type Stage } from './cases/isolation-case';

/** What came of a case on one DataSource. */
export interface CaseResult {
  /** The expected rows that are there, and how many others are. */
  readonly rows: { readonly found: number; readonly others: number };
  readonly wakes: number;
  readonly answers: readonly string[];
  /** What differs from what must be, in words; nothing where it is right. */
  readonly problems: readonly string[];
}

/** A case that waits for itself ends here. */
const LIMIT_MS = 8_000;

/** Runs a case in an app of its own. */
export async function runCase(kind: Kind, each: IsolationCase): Promise<CaseResult> {
  const app = await openApp(kind, each.options);
  try {
    const { dataSource } = app;
    const stage: Stage = { dataSource, notes: dataSource.getRepository(Note) };
    await each.prepare?.(stage);
    const before = app.wakes();
    const answers = await answersOf(each, stage);
    await othersGoOn();
    return judged(each, textsOf(app), app.wakes() - before, answers);
  } finally {
    await app.close();
  }
}

async function answersOf(each: IsolationCase, stage: Stage): Promise<readonly string[]> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<readonly string[]>((resolve) => {
    timer = setTimeout(resolve, LIMIT_MS, ['does not end']);
  });
  try {
    return await Promise.race([limit, ownAnswers(each, stage)]);
  } finally {
    clearTimeout(timer);
  }
}

/** Those that the case gives, or what its one call was told. */
async function ownAnswers(each: IsolationCase, stage: Stage): Promise<readonly string[]> {
  const run = each.run(stage);
  if (each.answers === undefined) return [await answerTo(run)];
  try {
    return (await run) as readonly string[];
  } catch {
    return [await answerTo(run)];
  }
}

function textsOf(app: IsolationApp): string[] {
  const rows = app.committed<{ text: string }>('SELECT text FROM note WHERE deletedAt IS NULL');
  return rows.map(({ text }) => text);
}

function judged(
  { rows: expected, wakes: commits, answers: told = ['ok'] }: IsolationCase,
  texts: readonly string[],
  wakes: number,
  answers: readonly string[],
): CaseResult {
  const left = [...texts];
  for (const text of expected) {
    const at = left.indexOf(text);
    if (at >= 0) left.splice(at, 1);
  }
  const found = texts.length - left.length;
  const problems: string[] = [];
  if (found !== expected.length || left.length > 0) {
    problems.push(`rows ${list(texts)} instead of ${list(expected)}`);
  }
  if (wakes !== commits) problems.push(`woken ${wakes} times instead of ${commits}`);
  if (answers.join() !== told.join()) {
    problems.push(`told ${list(answers)} instead of ${list(told)}`);
  }
  return { rows: { found, others: left.length }, wakes, answers, problems };
}

const list = (items: readonly string[]): string =>
  items.length === 0 ? '(none)' : [...items].join(', ');
