import type { Synset } from './wordnet-synset';

/** `small`: the words that WordNet relates to most others. `full`: all of WordNet. `none`: an empty platform. */
export const CATALOGUE_SELECTIONS = ['small', 'full', 'none'] as const;
export type CatalogueSelection = (typeof CATALOGUE_SELECTIONS)[number];

/** Synsets in each selection, with WordNet 3.1. */
export const CATALOGUE_SIZE: Record<CatalogueSelection, number> = {
  small: 5_000,
  full: 117_791,
  none: 0,
};

/** A synset with this many relations is a basic one; there are a few more than 5,000 of them. */
const BASIC_POINTERS = 10;

/** The synsets of a selection, in the order they come in: the same list every time. */
export async function* selectSynsets(
  synsets: AsyncIterable<Synset>,
  selection: CatalogueSelection,
): AsyncGenerator<Synset> {
  const size = CATALOGUE_SIZE[selection];
  if (size === 0) return;
  let selected = 0;
  for await (const synset of synsets) {
    if (selection === 'small' && synset.pointers < BASIC_POINTERS) continue;
    yield synset;
    selected += 1;
    if (selected === size) return;
  }
}
