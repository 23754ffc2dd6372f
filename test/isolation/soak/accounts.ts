/** Name of an account, which is the text of its row. */
export type Account = string;

export const BALANCE = 1_000;

export const ACCOUNTS: readonly Account[] = Array.from({ length: 8 }, (_, i) => `account ${i}`);

export interface Transfer {
  readonly from: Account;
  readonly to: Account;
  readonly amount: number;
  /** Of the row, so that no two are alike. */
  readonly name: string;
}

const SEPARATOR = ' > ';

/** The row that a transfer leaves behind. */
export function transferText({ from, to, amount, name }: Transfer): string {
  return [name, from, to, amount].join(SEPARATOR);
}

export interface NoteRow {
  readonly text: string;
  readonly amount: number;
}

/** The accounts whose balance is not what the transfers that are there make of it. */
export function wrongBalances(rows: readonly NoteRow[]): number {
  const expected = new Map(ACCOUNTS.map((account) => [account, BALANCE]));
  const change = (account: string, by: number) =>
    expected.set(account, (expected.get(account) ?? 0) + by);
  for (const { text } of rows) {
    const [, from, to, amount] = text.split(SEPARATOR);
    if (from === undefined || to === undefined) continue;
    change(from, -Number(amount));
    change(to, Number(amount));
  }
  return rows.filter(({ text, amount }) => expected.has(text) && expected.get(text) !== amount)
    .length;
}
