import type { DataSource, Repository } from 'typeorm';
import type { AppOptions } from '../app/open-app';
import type { Note } from '../app/note.entity';

export interface Stage {
  readonly dataSource: DataSource;
  /** The repository that a service has injected: it belongs to no transaction. */
  readonly notes: Repository<Note>;
}

/** One operation, and what must have come of it. Both DataSources run the same code. */
export interface IsolationCase {
  readonly operation: string;
  /** The texts that must be committed when it has ended, in any order. */
  readonly rows: readonly string[];
  /** Commits that change something: each wakes the shipper once, and nothing else does. */
  readonly wakes: number;
  /** What each of its calls must be told, in the order of the calls; left out: `ok` for all of them together. */
  readonly answers?: readonly string[];
  /** What goes wrong on the stock DataSource; left out where it is right there too. */
  readonly onStock?: string;
  readonly options?: AppOptions;
  /** What is there before; its commits are not counted. */
  prepare?(stage: Stage): Promise<unknown>;
  /** Resolves to the answers; what it throws is an answer too. */
  run(stage: Stage): Promise<unknown>;
}

/** Cases that belong together: a heading of the table. */
export interface CaseGroup {
  readonly title: string;
  readonly cases: readonly IsolationCase[];
}

/** The reason for which work of the app fails by itself. */
export class BusinessError extends Error {
  readonly code = 'refused by the app';
}

export function refuse(): never {
  throw new BusinessError('refused by the app');
}

/** More turns of the event loop than a chain of statements needs that nobody keeps waiting. */
const TURNS = 8;

/** Lets whoever can go on go on. Counted in turns of the event loop, so that a slow machine gives the same. */
export async function othersGoOn(turns = TURNS): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
}

/** What a caller was told: `ok`, or the code of the error. Never rejects. */
export async function answerTo(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    const { code, name } = error as { code?: string; name: string };
    return code ?? name;
  }
}

export const answersTo = (...calls: readonly Promise<unknown>[]): Promise<string[]> =>
  Promise.all(calls.map(answerTo));

/** What breaks the rule that a note has a text. */
export const NO_TEXT = null as unknown as string;

/** On the stock DataSource what fails, reads or changes nothing may wake the shipper too, which then finds nothing to do. */
export const WOKEN = 'woken without a commit (harmless)';
