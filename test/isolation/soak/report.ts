import type { Kind } from '../app/open-app';
import type { SoakResult } from './soak';

/** Whether everybody was told what is there, and nothing else. */
export function soakIsClean(result: SoakResult): boolean {
  return FAULTS.every(([, of]) => of(result) === 0);
}

const FAULTS: readonly (readonly [string, (result: SoakResult) => number])[] = [
  ['of them lost: not committed at the end', ({ lost }) => lost],
  ['rows of refused transactions that are there', ({ ghosts }) => ghosts],
  ['rows that are there twice', ({ doubled }) => doubled],
  ['seen by a reader outside, and gone at the end', ({ dirty }) => dirty],
  ['acknowledged, and not found by the next read', ({ unread }) => unread],
  ['accounts with a wrong balance', ({ wrongBalances }) => wrongBalances],
  [
    'errors that nobody should have seen',
    ({ unexpected }) => [...unexpected.values()].reduce((sum, times) => sum + times, 0),
  ],
];

const WIDTH = 12;

/** For a terminal: a line for each figure. */
export function soakTable({ ours, stock }: Readonly<Record<Kind, SoakResult>>): string {
  const lines: [string, (result: SoakResult) => number][] = [
    ['rows acknowledged', ({ acknowledged }) => acknowledged],
    ...FAULTS.map(([name, of]): [string, (result: SoakResult) => number] => [name, of]),
    ['statements behind the end of their transaction, refused', ({ late }) => late],
  ];
  const width = Math.max(...lines.map(([name]) => name.length));
  const line = (name: string, ...cells: readonly string[]) =>
    name.padEnd(width) + cells.map((cell) => cell.padStart(WIDTH)).join('');
  return [
    line('', 'ours', 'stock'),
    ...lines.map(([name, of]) =>
      line(name, of(ours).toLocaleString('en'), of(stock).toLocaleString('en')),
    ),
  ].join('\n');
}
