import { ERROR_CODES, type ErrorKind } from '../../libs/errors';

const KINDS: Record<ErrorKind, string> = {
  retry: 'The same call may succeed later; nothing is wrong with data or settings.',
  configure: 'A setting, a permission or the environment must change first.',
  corrupt:
    'Stored or local bytes are not what they must be. Nothing was changed; a person decides.',
  fenced: 'Another instance owns the database now; this one must not write again.',
  bug: 'This should never happen. Please report it.',
};

/** docs/errors.md, from the codes themselves. */
export function errorsPage(): string {
  const lines = [
    '# Error codes',
    '',
    'Every error of the library is a `PersistenceError` with `code`, `kind`, `message` and `hint`. Codes are stable: programs may act on them. The hint below is the general one; where the place of the error knows better, it says so.',
    '',
    'This page is generated from `libs/errors/error-codes.ts` and a test keeps the two equal.',
  ];
  for (const [kind, meaning] of Object.entries(KINDS)) {
    lines.push('', `## ${kind}`, '', meaning, '');
    for (const [code, entry] of Object.entries(ERROR_CODES)) {
      if (entry.kind === kind) lines.push(`- \`${code}\`: ${entry.hint.replaceAll('<', '\\<')}`);
    }
  }
  return `${lines.join('\n')}\n`;
}
