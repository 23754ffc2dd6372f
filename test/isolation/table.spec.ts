import { GROUPS } from './cases';
import { hasTable, withTable } from './page';
import { runCase } from './run-case';
import { problemsOf, table, type TableRow } from './table';

const found: TableRow[] = [];

// Migrations that are to fail are announced by TypeORM.
beforeAll(() => void jest.spyOn(console, 'log').mockImplementation());
afterAll(() => jest.restoreAllMocks());

describe.each(GROUPS)('$title', ({ cases }) => {
  it.each(cases)(
    '$operation: rows, wake-ups and answers are exact on our DataSource',
    async (each) => {
      const row = {
        each,
        results: { ours: await runCase('ours', each), stock: await runCase('stock', each) },
      };
      found.push(row);
      expect(problemsOf(row)).toEqual([]);
    },
  );
});

describe('the table in docs/isolation.md', () => {
  it('is what a run gives', async () => {
    const parts = GROUPS.map((group) => ({
      group,
      rows: found.filter(({ each }) => group.cases.includes(each)),
    }));
    expect(await hasTable(table(parts))).toBe(true);
  });

  it('differs where a row does', async () => {
    const [{ cases }] = GROUPS as [(typeof GROUPS)[number]];
    const rows = found.filter(({ each }) => cases.includes(each)).slice(1);
    expect(await hasTable(table([{ group: GROUPS[0]!, rows }]))).toBe(false);
    expect(() => withTable('no marks', 'x')).toThrow('no marks for the table');
  });
});

describe('a row', () => {
  const each = { operation: 'x', rows: ['a'], wakes: 1, run: () => Promise.resolve() };
  const right = { rows: { found: 1, others: 0 }, wakes: 1, answers: ['ok'], problems: [] };
  const wrong = { ...right, wakes: 2, problems: ['woken 2 times instead of 1'] };

  it('is refused where ours is wrong, and where the words about the stock one are not what was seen', () => {
    expect(problemsOf({ each, results: { ours: right, stock: right } })).toEqual([]);
    expect(problemsOf({ each, results: { ours: wrong, stock: right } })).toEqual([
      'x: woken 2 times instead of 1.',
    ]);
    expect(problemsOf({ each, results: { ours: right, stock: wrong } })).toHaveLength(1);
    const told = { ...each, onStock: 'wrong' };
    expect(problemsOf({ each: told, results: { ours: right, stock: wrong } })).toEqual([]);
    expect(problemsOf({ each: told, results: { ours: right, stock: right } })).toHaveLength(1);
  });
});
