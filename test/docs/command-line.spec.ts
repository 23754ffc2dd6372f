import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { Output } from '../../apps/cli/output';
import { buildProgram } from '../../apps/cli/program';

const ROOT = join(__dirname, '..', '..');
const PAGES = [
  'README.md',
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** The real command line, whose commands do nothing. */
function program(): Command {
  const output = new Output({ json: false, debug: false, redact: (text) => text });
  const built = buildProgram(output, () => undefined);
  for (const command of built.commands) {
    command.action(() => undefined).configureOutput({ writeErr: () => undefined });
  }
  return built;
}

/** Every line of a shell block that calls it, without the variables before it. */
function calls(page: string): string[] {
  const blocks = [...read(page).matchAll(/```(?:sh|bash)\n([^]*?)```/g)].map(([, block]) => block!);
  return blocks
    .flatMap((block) => block.split('\n'))
    .flatMap((line) => /npx nestjs-persistence (.*)$/.exec(line.trim())?.[1] ?? []);
}

/** `-o, --to <file>` of a table below the heading of a command. */
function documented(section: string): string[] {
  return [...section.matchAll(/^\| `((?:-\w, )?--[^`]+)`/gm)].map(([, flags]) => flags!).toSorted();
}

const flagsOf = (command: Command): string[] => command.options.map(({ flags }) => flags);

describe('The command line in the documentation', () => {
  it('is accepted, line by line', async () => {
    const lines = PAGES.flatMap(calls);
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const args = line.split(/\s+/).filter((word) => word !== '');
      await expect(program().parseAsync(args, { from: 'user' })).resolves.toBeDefined();
    }
  });

  it('has every command and option on its page, and none that is not there', () => {
    const page = read('docs/cli.md');
    const [, shared] = /## Which database\n([^]*?)\n## /.exec(page)!;
    const sharedFlags = documented(shared!);
    const { commands } = program();
    expect(commands.map((command) => command.name())).toEqual(
      [...page.matchAll(/^## ([a-z-]+)$/gm)].map(([, name]) => name),
    );
    for (const command of commands) {
      const section = page.split(`\n## ${command.name()}\n`)[1]!.split('\n## ')[0]!;
      const all = [...documented(section), ...sharedFlags].filter(
        (flags) => flags !== '-h, --help',
      );
      expect([command.name(), ...flagsOf(command).toSorted()]).toEqual([
        command.name(),
        ...all.toSorted(),
      ]);
    }
  });
});
