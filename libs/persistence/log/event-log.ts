import path from 'node:path';
import type { PersistenceErrorData } from '../../errors';
import type { ReplicaEvent } from '../../replica';
import { formatBytes, formatCount, formatDuration, formatTime } from './units';

/** The part of Nest's Logger that lines go to. */
export interface LineLog {
  log(line: string): void;
  warn(line: string): void;
  error(line: string): void;
}

/** How often a restore says how far it is. */
const PROGRESS_EVERY_MS = 2_000;
/** How often what was stored is summed up in a line. */
const STORED_EVERY_MS = 60_000;

type EventOf<Type extends ReplicaEvent['type']> = Extract<ReplicaEvent, { type: Type }>;

/** Turns what a replica reports into lines that a person can follow. No line names a path of the host or a credential. */
export class EventLog {
  #nextProgressMs = PROGRESS_EVERY_MS;
  #storedSince: number | undefined;
  #unsaid = { commits: 0, bytes: 0 };

  constructor(
    private readonly lines: LineLog,
    /** ms since 1970. */
    private readonly now: () => number,
  ) {}

  write(event: ReplicaEvent): void {
    switch (event.type) {
      case 'found':
        return this.lines.log(sentence(`Found: ${event.found}`));
      case 'set-aside':
        return this.lines.warn(
          sentence(`The local file was set aside as ${path.basename(event.path)}: ${event.reason}`),
        );
      case 'restoring':
        return this.#restoring(event);
      case 'progress':
        return this.#progress(event);
      case 'restored':
        return this.lines.log(
          `Restored ${formatBytes(event.bytes)} at TXID ${event.txid} of ${formatTime(event.time)} in ${formatDuration(event.durationMs)}.`,
        );
      case 'started':
        return this.#started(event);
      case 'stored':
        return this.#stored(event);
      case 'failed':
        return this.#failed(event);
      case 'recovered':
        return this.lines.log(`Storing works again after ${formatDuration(event.afterMs)}.`);
      case 'history-lost':
        return this.lines.error(errorLine(event.error));
      case 'fenced':
        return this.lines.error(`Writing has ended here. ${errorLine(event.error)}`);
      case 'stopped':
        return this.#stopped(event);
    }
  }

  #restoring(event: EventOf<'restoring'>): void {
    this.#nextProgressMs = PROGRESS_EVERY_MS;
    const time = event.time === null ? '' : ` of ${formatTime(event.time)}`;
    this.lines.log(
      `Restoring TXID ${event.txid}${time}: ${formatBytes(event.totalBytes)} in ${formatCount(event.files, 'file')}.`,
    );
  }

  #progress(event: EventOf<'progress'>): void {
    if (event.elapsedMs < this.#nextProgressMs) return;
    this.#nextProgressMs = event.elapsedMs + PROGRESS_EVERY_MS;
    const percent = Math.floor((100 * event.doneBytes) / Math.max(1, event.totalBytes));
    const rate = formatBytes((1_000 * event.doneBytes) / event.elapsedMs);
    this.lines.log(
      `Restoring: ${percent} %, ${formatBytes(event.doneBytes)} of ${formatBytes(event.totalBytes)} at ${rate}/s.`,
    );
  }

  #started({ outcome }: EventOf<'started'>): void {
    const how = {
      created: 'No history was found: a new database was created',
      adopted: 'No history was found: one begins with the database file that was there',
      continued: 'The local file is current and was continued',
      restored: 'The database was restored',
    }[outcome.origin];
    const line = `${how} (TXID ${outcome.txid}, ${formatBytes(outcome.bytes)}). Commits are stored from here on; ready after ${formatDuration(outcome.durationMs)}.`;
    // Loud where nothing was found: after a wiped disk that is the line somebody must see.
    if (outcome.origin === 'created' || outcome.origin === 'adopted') this.lines.warn(line);
    else this.lines.log(line);
  }

  #stored(event: EventOf<'stored'>): void {
    this.#unsaid.commits += event.commits;
    this.#unsaid.bytes += event.bytes;
    const now = this.now();
    if (this.#storedSince !== undefined && now - this.#storedSince < STORED_EVERY_MS) return;
    const { commits, bytes } = this.#unsaid;
    this.lines.log(
      `Stored up to TXID ${event.txid}: ${formatCount(commits, 'commit')}, ${formatBytes(bytes)}; the last took ${formatDuration(event.durationMs)}.`,
    );
    this.#storedSince = now;
    this.#unsaid = { commits: 0, bytes: 0 };
  }

  #failed(event: EventOf<'failed'>): void {
    // Attempts 1, 2, 4, 8, ...: an outage of a night is a dozen lines.
    if ((event.attempt & (event.attempt - 1)) !== 0) return;
    this.lines.warn(`Storing failed (attempt ${event.attempt}). ${errorLine(event.error)}`);
  }

  #stopped(event: EventOf<'stopped'>): void {
    const txid = event.txid === null ? '' : ` up to TXID ${event.txid}`;
    if (event.clean) this.lines.log(`Stopped cleanly: everything is stored${txid}.`);
    else {
      this.lines.warn(
        `Stopped, but not cleanly: the store confirmed everything${txid}; later commits are in the local file only. The next start stores them if it finds that file and nobody has taken over meanwhile.`,
      );
    }
  }
}

function sentence(text: string): string {
  return text.endsWith('.') ? text : `${text}.`;
}

/** One line of code, message and hint. */
export function errorLine(error: Pick<PersistenceErrorData, 'code' | 'message' | 'hint'>): string {
  return `${error.code}: ${error.message} ${error.hint}`;
}
