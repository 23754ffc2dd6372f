import { CommanderError } from 'commander';
import { EXIT, type ExitCode } from './exit-code';
import { Output } from './output';
import { buildProgram } from './program';
import { redactSecrets } from './redact-secrets';

/** Runs one command line to its end. Never rejects: whatever goes wrong is told on the outputs. */
export async function runCommandLine(args: readonly string[]): Promise<ExitCode> {
  const output = new Output({
    json: args.includes('--json'),
    debug: args.includes('--debug'),
    // Anew each time: a file of variables may have been read meanwhile.
    redact: (text) => redactSecrets(process.env)(text),
  });
  let code: ExitCode = EXIT.ok;
  const program = buildProgram(output, (ended) => {
    code = ended;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return code;
  } catch (error) {
    // Help and version end this way too.
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      output.usageError(error.message.replace(/^error: /, ''));
      return EXIT.usage;
    }
    output.failure(error);
    return EXIT.failed;
  } finally {
    output.endProgress();
  }
}
