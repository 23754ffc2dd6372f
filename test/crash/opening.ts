import type { DemoProcess, Origin } from './demo-process';
import { hasNewSetAside } from './disk/set-aside';
import { Connection } from './load/connection';
import { readBack } from './load/read-back';
import type { PlatformModel, Settled } from './model/platform-model';

export interface Opening {
  /** What is not as it was acknowledged, a sentence each. */
  readonly lost: readonly string[];
  readonly problems: readonly string[];
  readonly settled: Settled;
}

export interface OpeningInput {
  readonly app: DemoProcess;
  readonly url: string;
  readonly model: PlatformModel;
  readonly life: number;
  readonly database: string;
  /** Where the database has to come from; null where several ways are right. */
  readonly expected: Origin | null;
  /** What had been set aside beside it before the start, which has to set aside what it found; null if it need not. */
  readonly aside: ReadonlySet<string> | null;
}

/**
 * Reads back everything that a start brought back and holds it against the model. What was in flight is settled by what is
 * seen, because a write of ours is acknowledged before: then everything that can be seen is stored.
 */
export async function checkOpening(input: OpeningInput): Promise<Opening> {
  const { app, url, model, life, database, expected, aside } = input;
  const problems: string[] = [];
  if (expected !== null && app.origin !== expected) {
    problems.push(`the database was ${app.origin}, ${expected} was expected:\n${app.log}`);
  }
  if (aside && !hasNewSetAside(database, aside)) {
    problems.push(`the file that was found is nowhere:\n${app.log}`);
  }
  await writeMarker(url, `marker-${life}`, model);
  const actual = await readBack(url);
  const lost = model.wrong(actual);
  const settled = lost.length === 0 ? model.settle(actual) : { done: 0, undone: 0 };
  return { lost, problems, settled };
}

async function writeMarker(url: string, name: string, model: PlatformModel): Promise<void> {
  const email = `${name}@example.org`;
  const connection = new Connection(url);
  const answer = await connection.send({ method: 'POST', path: '/users', body: { name, email } });
  connection.close();
  if (answer.kind !== 'answered' || answer.status !== 201) {
    throw new Error(`The first write was answered ${JSON.stringify(answer)}.`);
  }
  model.user(email, 'marker').settle({ id: null, name, enrolments: [], progress: {} });
}
