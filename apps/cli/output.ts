import { inspect } from 'node:util';
import { isPersistenceError, type PersistenceErrorData } from './access';
import { ProgressBar } from './progress-bar';

export interface OutputOptions {
  /** One JSON document on the standard output, and nothing else there. */
  readonly json: boolean;
  /** Stacks and causes of errors. */
  readonly debug: boolean;
  /** Takes secrets out of every text. */
  readonly redact: (text: string) => string;
}

/** Where a command writes: results to the standard output; progress, warnings and errors beside it. */
export class Output {
  readonly json: boolean;
  readonly #debug: boolean;
  readonly #redact: (text: string) => string;
  readonly #bar: ProgressBar | null;

  constructor({ json, debug, redact }: OutputOptions) {
    this.json = json;
    this.#debug = debug;
    this.#redact = redact;
    this.#bar = process.stderr.isTTY ? new ProgressBar(process.stderr) : null;
  }

  /** The outcome of a command: `data` for programs, `lines` for people. */
  result(ok: boolean, data: object, lines: readonly string[]): void {
    this.endProgress();
    const text = this.json ? JSON.stringify({ ok, ...data }, null, 2) : lines.join('\n');
    process.stdout.write(this.#redact(`${text}\n`));
  }

  /** Something a person should know while it goes on. */
  note(line: string): void {
    this.endProgress();
    process.stderr.write(this.#redact(`${line}\n`));
  }

  progress(doneBytes: number, totalBytes: number, elapsedMs: number): void {
    this.#bar?.show(doneBytes, totalBytes, elapsedMs);
  }

  endProgress(): void {
    this.#bar?.clear();
  }

  /** Code, message and hint; with --json also as the result. */
  failure(error: unknown): void {
    const { code, message, hint, key } = describe(error);
    if (this.json) this.result(false, { error: { code, message, hint, ...(key && { key }) } }, []);
    this.note(`${code}: ${message}${hint === '' ? '' : `\n  ${hint}`}`);
    if (this.#debug) this.note(inspect(error));
  }

  /** What commander has told a person already. */
  usageError(message: string): void {
    const hint = 'See --help.';
    if (this.json) this.result(false, { error: { code: 'USAGE', message, hint } }, []);
  }
}

function describe(
  error: unknown,
): Pick<PersistenceErrorData, 'message' | 'hint' | 'key'> & { code: string } {
  if (isPersistenceError(error)) return error.toJSON();
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', message, hint: 'Run it again with --debug, and please report it.' };
}
