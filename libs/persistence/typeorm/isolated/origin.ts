import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Capturing the whole stack would cost more than a BEGIN. */
const DEPTH = 4;
const NOT_THE_APP =
  /node:|[\\/]node_modules[\\/](?:typeorm|@nestjs)[\\/]|[\\/]typeorm[\\/]isolated[\\/](?!.*\.spec\.)/;

/** A place in the app's code: who called `callee`. Costs microseconds until it is asked for. */
export class Origin {
  readonly #trace: { stack?: string } = {};

  // oxlint-disable-next-line typescript/no-unsafe-function-type -- as captureStackTrace has it
  constructor(callee: Function, depth = DEPTH) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = depth;
    Error.captureStackTrace(this.#trace, callee);
    Error.stackTraceLimit = limit;
  }

  /** Names no folder of the host: a client may be told. */
  lines(): string {
    const stack = this.#trace.stack?.split('\n').slice(1) ?? [];
    return stack
      .filter((line) => !NOT_THE_APP.test(line))
      .slice(0, 3)
      .map((line) => withoutHost(line.trim()))
      .join(' ');
  }
}

/** `at work (/app/dist/work.js:1:2)`, where the file may be a URL and the name may be missing. */
const FILE =
  /((?:^at |\(|^at async )(?!async ))((?:file:\/\/|\/|[a-z]:[\\/]|\\\\).*?)(?=:\d+:\d+\)?$)/i;

/** Files as seen from the working directory; of others only the name. */
export function withoutHost(line: string): string {
  return line.replace(FILE, (_, before: string, file: string) => before + relative(file));
}

function relative(file: string): string {
  try {
    const local = file.startsWith('file://') ? fileURLToPath(file) : file;
    const seen = path.relative(process.cwd(), local);
    return seen.startsWith('..') || path.isAbsolute(seen) ? path.basename(local) : seen;
  } catch {
    return path.basename(file); // A URL that names no file of this host.
  }
}
