import { parentPort, workerData } from 'node:worker_threads';
import { PersistenceError, type PersistenceErrorData } from '../../errors';
import type { RestorePart } from '../database-engine';
import { CommitPoll } from './commit-poll';
import { EngineCore } from './engine-core';
import type { WrittenEntry } from './entry-writer';
import { followLink } from './local-files';
import { databaseError } from './sqlite-errors';
import type {
  CallMessage,
  CallName,
  SqliteWorkerData,
  WorkerCalls,
  WorkerMessage,
} from './worker-protocol';

// The thread that owns one database file. Calls are answered one after the other, in order.

const port = parentPort!;
const { path } = workerData as SqliteWorkerData;
const send = (message: WorkerMessage, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

let owner: EngineCore | null = null;
/** Made by the first call, so that a path that cannot be used is that call's answer. */
const core = (): EngineCore =>
  (owner ??= new EngineCore(followLink(path), (text) => send({ event: 'warning', text })));
const poll = new CommitPoll(
  { hasNews: () => core().hasNews(), isPressed: () => core().isPressed() },
  (pressing) => send({ event: 'commits', pressing }),
);

type Answers = {
  [Name in CallName]: (
    argument: never,
  ) => ReturnType<WorkerCalls[Name]> | Promise<ReturnType<WorkerCalls[Name]>>;
};

const answers: Answers = {
  inspect: () => core().inspect(),
  prove: (head: Parameters<WorkerCalls['prove']>[0]) => core().prove(head),
  create: (stamp: Parameters<WorkerCalls['create']>[0]) => core().create(stamp),
  adopt: (stamp: Parameters<WorkerCalls['adopt']>[0]) => core().adopt(stamp),
  beginRestore: (id: string) => core().beginRestore(id),
  writePart: (part: RestorePart) => core().restore().write(part),
  verifyRestore: (depth: 'quick' | 'full') => core().restore().verify(depth),
  finishRestore: (replace: boolean) => core().finishRestore(replace),
  abortRestore: () => core().abortRestore(),
  beginReceive: (id: string) => core().beginReceive(id),
  writePlain: ({ part, bytes }: Parameters<WorkerCalls['writePlain']>[0]) =>
    core().receive().write(part, bytes),
  finishReceive: () => core().finishReceive(),
  abortReceive: () => core().abortReceive(),
  beginClaim: (claim: Parameters<WorkerCalls['beginClaim']>[0]) => core().beginClaim(claim),
  open: (head: Parameters<WorkerCalls['open']>[0]) => {
    core().open(head);
    poll.resume(true);
  },
  startOver: () => core().startOver(),
  beginHistory: (claim: Parameters<WorkerCalls['beginHistory']>[0]) => core().beginHistory(claim),
  revive: (head: Parameters<WorkerCalls['revive']>[0]) => {
    core().revive(head);
    poll.resume(true);
  },
  hasNews: () => core().hasNews(),
  writeLock: () => core().writeLock(),
  capture: async (stamp: Parameters<WorkerCalls['capture']>[0]) => {
    poll.stop();
    const entry = await core().capture(stamp);
    poll.resume(entry !== null);
    return { entry, checkpointDue: core().checkpointDue };
  },
  dropSpools: () => undefined,
  beginCheckpoint: (stamp: Parameters<WorkerCalls['beginCheckpoint']>[0]) =>
    core().beginCheckpoint(stamp),
  finishCheckpoint: () => {
    core().finishCheckpoint();
    return core().checkpointDue;
  },
  hold: () => core().hold(),
  reset: () => core().reset(),
  close: (released: number | null) => {
    poll.stop();
    core().close(released);
  },
};

let queue: Promise<void> = Promise.resolve();
port.on('message', (message: CallMessage) => {
  queue = queue.then(() => answer(message));
});

async function answer({ id, call, argument, settled }: CallMessage): Promise<void> {
  try {
    if (settled > 0) core().settled(settled);
    const result = await answers[call](argument as never);
    send({ id, result }, transferable(result));
  } catch (error) {
    send({ id, error: describe(error) });
  }
  if (call === 'close') port.close();
}

function transferable(result: unknown): ArrayBuffer[] {
  const reply = result as { entry?: WrittenEntry | null } & Partial<WrittenEntry>;
  const bytes = reply?.bytes ?? reply?.entry?.bytes;
  return bytes ? [bytes.buffer] : [];
}

function describe(error: unknown): PersistenceErrorData {
  const known = databaseError(error, path);
  if (known instanceof PersistenceError) return known.toJSON();
  return new PersistenceError('INTERNAL', `The database worker failed: ${String(known)}.`, {
    cause: known,
  }).toJSON();
}
