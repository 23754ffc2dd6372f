import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePlaces } from '../replica/places';
import { casesOf, type Case } from './damage';
import { examine, type Finding } from './examine';
import { makeSample, type SampleReplica } from './sample-replica';
import { documentOf, outlineOf, tableOf } from './table';

const DOCUMENT = join(__dirname, '../../docs/corruption.md');
const AT_ONCE = 4;

async function sampleOf(seed: string): Promise<SampleReplica> {
  const places = makePlaces();
  try {
    return await makeSample(places, seed);
  } finally {
    places.remove();
  }
}

async function examineAll(cases: readonly Case[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    for (let at = next++; at < cases.length; at = next++) findings[at] = await examine(cases[at]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return findings;
}

describe('A replica damaged in one place', () => {
  let findings: Finding[];

  beforeAll(async () => {
    findings = await examineAll(casesOf(await sampleOf('this'), await sampleOf('other')));
    process.stdout.write(`${tableOf(findings)}\n`);
    if (process.env.UPDATE_DOCS === '1') writeFileSync(DOCUMENT, documentOf(findings));
  }, 600_000);

  const labels = (of: readonly Finding[]): string[] =>
    of.map(({ damage, code, point, complaints, advice }) =>
      [damage.group, damage.label, code, point, ...complaints, ...advice].join(' | '),
    );

  it('gives the newest state or stops, and is never silently wrong', () => {
    expect(labels(findings.filter(({ verdict }) => verdict === 'wrong'))).toEqual([]);
  });

  it('gives an older state only where the newest entry is missing without a trace', () => {
    const older = findings.filter(({ verdict }) => verdict === 'older');
    expect(new Set(older.map(({ damage }) => damage.group))).toEqual(new Set(['a file missing']));
    expect(older.length).toBeLessThanOrEqual(2);
  });

  it('names the object when it stops, and changes nothing in the store or on the disk', () => {
    expect(labels(findings.filter(({ complaints }) => complaints.length > 0))).toEqual([]);
  });

  // Known: an intact entry that the one behind it does not name is named, and restored.
  it('names a newest good point that can be restored and holds what it held', () => {
    expect(findings.some(({ point }) => typeof point === 'number')).toBe(true);
    expect(labels(findings.filter(({ advice }) => advice.length > 0))).toEqual([]);
  });

  it('is described in docs/corruption.md', () => {
    expect(outlineOf(readFileSync(DOCUMENT, 'utf8'))).toBe(outlineOf(documentOf(findings)));
  });
});
