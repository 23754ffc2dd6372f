import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { errorsPage } from './errors-page';

const ROOT = join(__dirname, '..', '..');
const SAMPLES = join(__dirname, 'samples');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs'), { encoding: 'utf8', recursive: true })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
    .toSorted(),
];

/** Lines without indentation and without the places that a reader's own project has elsewhere. */
const normalised = (code: string): string =>
  code
    .replaceAll('../../../libs/testing', 'nestjs-persistence/testing')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();

describe('README.md', () => {
  it('has at most 150 lines', () => {
    expect(read('README.md').split('\n').length).toBeLessThanOrEqual(151);
  });

  it('begins with the two commands', () => {
    const screen = read('README.md').split('\n').slice(0, 24).join('\n');
    expect(screen).toContain('\nnpm ci && npm run demo\n');
    expect(screen).toContain('\nnpm ci && npm test\n');
  });

  it('needs no word of the log to be understood', () => {
    const prose = read('README.md').replaceAll(/```[^]*?```|`[^`]*`|\([^)]*\.md\)/g, '');
    expect(prose.match(/\b(TXID|LTX|WAL|epoch|claims?|fenc\w+|lineage|sidecar)\b/gi)).toBeNull();
  });
});

describe.each(PAGES)('%s', (page) => {
  it('shows only TypeScript that is compiled and run', () => {
    const samples = readdirSync(SAMPLES).map((name) =>
      normalised(readFileSync(join(SAMPLES, name), 'utf8')),
    );
    for (const [, code] of read(page).matchAll(/```ts\n([^]*?)```/g)) {
      const found = samples.some((sample) => sample.includes(normalised(code!)));
      if (!found) throw new Error(`In no file of test/docs/samples:\n${code}`);
    }
  });

  it('links to nothing that is not there', () => {
    const targets = [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!);
    const broken = targets
      .filter((target) => !/^https?:/.test(target))
      .map((target) => target.split('#')[0]!)
      .filter((target) => target !== '' && !existsSync(join(ROOT, dirname(page), target)));
    expect(broken).toEqual([]);
  });
});

describe('generated pages', () => {
  it('docs/errors.md lists every code with its kind and what to do (UPDATE_DOCS=1 writes it)', () => {
    if (process.env.UPDATE_DOCS === '1') writeFileSync(join(ROOT, 'docs/errors.md'), errorsPage());
    expect(read('docs/errors.md')).toBe(errorsPage());
  });

  it('docs/promises.md names a test for every promise', () => {
    const run = [join(ROOT, 'scripts/promises.mjs'), '--check'];
    expect(execFileSync(process.execPath, run, { encoding: 'utf8' })).toMatch('each with a test');
  });
});
