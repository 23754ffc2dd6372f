import { parentPort } from 'node:worker_threads';
import { PersistenceError, type PersistenceErrorData } from '../../errors';
import { databaseError } from '../sqlite/sqlite-errors';
import { foldFiles, proveFile } from './fold-files';
import type { FoldJob, FoldReply, FromWorker, ToWorker } from './merge-protocol';
import { PulledInput } from './pulled-input';
import { Spool } from './spool';

// The thread that folds and checks files of the log. It opens no database. One piece of work at a time.

const port = parentPort!;
const send = (message: FromWorker, transfer: ArrayBuffer[] = []): void =>
  port.postMessage(message, transfer);

let inputs: PulledInput[] = [];

port.on('message', (message: ToWorker) => {
  if ('chunk' in message) return inputs[message.input]?.give(message.chunk);
  if ('end' in message) {
    const input = inputs[message.input];
    return message.end === 'done' ? input?.give(null) : input?.fail();
  }
  return void work(message);
});

async function work(message: Extract<ToWorker, { fold: FoldJob } | { verify: true }>) {
  const { job } = message;
  try {
    if ('fold' in message) {
      const folded = await fold(job, message.fold);
      send({ job, folded }, folded.bytes ? [folded.bytes.buffer] : []);
    } else {
      send({ job, proof: await proveFile(openInputs(job, 1)[0]!) });
    }
  } catch (error) {
    send({ job, error: describe(error, 'fold' in message ? message.fold.spool : '') });
  } finally {
    inputs = [];
  }
}

async function fold(job: number, { inputs: count, options, spool: path }: FoldJob) {
  const spool = new Spool(path);
  try {
    const folded = await foldFiles(openInputs(job, count), options, (chunk) => spool.write(chunk));
    return { ...folded, bytes: spool.finish() } satisfies FoldReply;
  } catch (error) {
    spool.abort();
    throw error;
  }
}

function openInputs(job: number, count: number): PulledInput[] {
  inputs = Array.from({ length: count }, (_, pull) => new PulledInput(() => send({ job, pull })));
  return inputs;
}

function describe(error: unknown, path: string): PersistenceErrorData {
  const known = databaseError(error, path);
  if (known instanceof PersistenceError) return known.toJSON();
  return new PersistenceError('INTERNAL', `Folding files failed: ${String(known)}.`, {
    cause: known,
  }).toJSON();
}
