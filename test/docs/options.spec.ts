import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KNOWN_OPTIONS } from '../../libs/persistence/module/options.schema';
import { optionMeanings, optionsPage } from './options-page';

const PAGE = join(__dirname, '../../docs/options.md');

describe('docs/options.md', () => {
  it('lists every option with meaning, default and variable (UPDATE_DOCS=1 writes it)', () => {
    if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, optionsPage());
    expect(readFileSync(PAGE, 'utf8')).toBe(optionsPage());
  });

  it('every option that is checked is explained, and every one explained is checked', () => {
    expect([...optionMeanings().keys()].toSorted()).toEqual(KNOWN_OPTIONS.toSorted());
    for (const meaning of optionMeanings().values()) expect(meaning).not.toBe('');
  });
});
