import { CATALOGUE_SIZE, type CatalogueSelection, selectSynsets } from './catalogue-selection';
import { toLesson } from './synset-lesson';
import { readSynsets, wordnetFolder } from './wordnet-files';

jest.setTimeout(60_000);

/** Reads the real files: topics and sizes are promises about WordNet 3.1, not about a sample. */
async function readSelection(selection: CatalogueSelection) {
  const ids = new Set<string>();
  const topics = new Set<string>();
  for await (const synset of selectSynsets(readSynsets(wordnetFolder()), selection)) {
    ids.add(synset.id);
    topics.add(toLesson(synset).topic);
  }
  return { ids: [...ids], topics };
}

describe('the catalogue', () => {
  it('small has 5,000 different synsets, the same ones in the same order each time', async () => {
    const first = await readSelection('small');
    expect(first.ids).toHaveLength(CATALOGUE_SIZE.small);
    expect((await readSelection('small')).ids).toEqual(first.ids);
  });

  it('full has every synset once and uses every topic', async () => {
    const { ids, topics } = await readSelection('full');
    expect(ids).toHaveLength(CATALOGUE_SIZE.full);
    expect(topics.size).toBe(45);
  });

  it('none has none', async () => {
    expect((await readSelection('none')).ids).toEqual([]);
  });
});
