import type { Command } from 'commander';
import type { ExitCode } from './exit-code';
import type { Output } from './output';
import type { SharedOptions } from './shared-options';

/** One command of the program: its own options, and what it does. */
export interface CliCommand<Options extends SharedOptions = SharedOptions> {
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  /** Command lines behind the name of the program, each with what it is for. */
  readonly examples: readonly (readonly [line: string, purpose: string])[];
  addOptions(command: Command): Command;
  run(options: Options, output: Output): Promise<ExitCode>;
}
