import { ConsoleLogger } from '@nestjs/common';

/** Nest's logger, except that an error of the start is left to `main.ts`: it prints those with a code as one line. */
export class AppLogger extends ConsoleLogger {
  override error(message: unknown, ...rest: [stack?: string, context?: string]): void {
    if (rest.at(-1) === 'ExceptionHandler') return;
    super.error(message, ...rest);
  }
}
