import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ALL_CASES, type CaseResult, PROVIDER } from './contract-run';
import { columnOf, problemsOf, tablePage } from './table';

const result = (name: string, outcome: CaseResult['outcome'], subject = PROVIDER): CaseResult => ({
  subject,
  name,
  outcome,
  ms: 1,
});
const [first, second, third] = ALL_CASES as [string, string, string];

test('a column says of every promise what became of it, and of the wrappers how many were kept', () => {
  const column = columnOf({
    store: 's3',
    server: 'x',
    results: [
      result(first, 'passed'),
      result(second, 'failed'),
      result(third, 'not claimed'),
      result(first, 'passed', 'prefixed'),
      result(second, 'failed', 'prefixed'),
    ],
  });
  expect(column.outcomes).toEqual({
    [first]: 'passed',
    [second]: 'failed',
    [third]: 'not claimed',
  });
  expect(column.wrappers).toEqual({ passed: 1, failed: 1 });
  const page = tablePage([column]);
  expect(page).toContain(`| ${first} | ✓ |`);
  expect(page).toContain(`| ${second} | **no** |`);
  expect(page).toContain(`| ${third} | – |`);
  expect(page).toContain('**1 broken**');
});

test('a promise without a result is named, and so is a result of what is no promise', () => {
  const outcomes = Object.fromEntries(ALL_CASES.map((name) => [name, 'passed' as const]));
  const column = { store: 's3', server: 'x', outcomes, wrappers: { passed: 0, failed: 0 } };
  expect(problemsOf(column)).toEqual([]);
  const { [first]: _missing, ...rest } = outcomes;
  expect(problemsOf({ ...column, outcomes: rest })).toEqual([expect.stringContaining(first)]);
  const stranger = { ...outcomes, gone: 'passed' as const };
  expect(problemsOf({ ...column, outcomes: stranger })).toEqual([
    expect.stringContaining('"gone", which is no promise'),
  ]);
});

test('docs/stores.md has a result of every promise for every store', () => {
  // Its formatter is an ES module, which Jest cannot load on every Node.
  const main = path.join(__dirname, 'main.mjs');
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stderr } = spawnSync(process.execPath, [main, '--check'], { env });
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
});
