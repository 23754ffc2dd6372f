import type { Finding } from './examine';

/** The findings as a Markdown table, one row for each kind of damage. */
export function tableOf(findings: readonly Finding[]): string {
  const groups = [...new Set(findings.map(({ damage }) => damage.group))];
  const rows = groups.map((group) =>
    row(
      group,
      findings.filter(({ damage }) => damage.group === group),
    ),
  );
  const total = row('all', findings);
  return [
    '| damage | cases | restored exactly | stopped | older, not detectable | silently wrong |',
    '|---|---|---|---|---|---|',
    ...rows,
    total,
  ].join('\n');
}

function row(name: string, findings: readonly Finding[]): string {
  const count = (verdict: Finding['verdict']): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const stopped = findings.filter(({ verdict }) => verdict === 'stopped');
  const codes = [...new Set(stopped.map(({ code }) => code!))].toSorted();
  const byCode = codes.map((code) => `${code} ${stopped.filter((it) => it.code === code).length}`);
  const cells = [
    name,
    findings.length,
    count('exact'),
    byCode.join(', ') || 0,
    count('older'),
    count('wrong'),
  ];
  return `| ${cells.join(' | ')} |`;
}

export function documentOf(findings: readonly Finding[]): string {
  return `# What becomes of a damaged replica

Made by \`UPDATE_DOCS=1 npx jest test/corruption\`; do not edit. A replica with several lives (an adopted database, data,
releases, claims without a release, a VACUUM) is damaged in one place, with and without a snapshot beside its entries, and
an app is started from it on an empty disk.

${tableOf(findings)}

- _Restored exactly_: the damage lies in what is not needed, or in what is written anew.
- _Stopped_: nothing is changed, neither in the store nor on the disk. The error names the object and the newest good
  point, which \`SyncService.restore({ to, txid })\` writes to a new file.
- _Older, not detectable_: the newest entry is missing without a trace. Nothing in a store tells an entry that was lost
  from one that was never written. A host that still has its disk knows better and stops with \`REPLICA_BEHIND\`.
- _Silently wrong_: a state that never was, or not the newest, and no error. It has to be 0.
`;
}

/** What does not depend on how many bytes something took, nor on how the table is drawn. */
export const outlineOf = (text: string): string =>
  text.replaceAll(/\d+/g, 'n').replaceAll(/[ -]+/g, ' ').trim();
