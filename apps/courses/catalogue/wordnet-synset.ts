/** A set of words with one meaning, as WordNet has it. */
export interface Synset {
  /** Part of speech and byte offset in its file, such as `n02086723`: unique in a WordNet release. */
  readonly id: string;
  /** Number of the lexicographer file, 0 to 44: its topic. */
  readonly topic: number;
  readonly words: readonly string[];
  /** Relations to other synsets: a basic word has many. */
  readonly pointers: number;
  readonly meaning: string;
}

/**
 * Parses one line of a `data.*` file as wndb(5WN) of WordNet 3.1 describes it:
 * `offset lex_filenum ss_type w_cnt word lex_id [...] p_cnt [pointers...] [frames...] | gloss`, where the offset has 8
 * decimal digits, w_cnt is hexadecimal and p_cnt decimal. Lines of the license at the top begin with two spaces.
 *
 * @returns undefined for a line of the license
 * @throws Error naming the offset when the line does not follow the format
 */
export function parseSynset(line: string): Synset | undefined {
  if (line.startsWith('  ') || line === '') return undefined;
  const bar = line.indexOf(' | ');
  const [offset, topic, type, wordCount, ...rest] = line.slice(0, bar).split(' ');
  const count = Number.parseInt(wordCount ?? '', 16);
  const words = rest.slice(0, count * 2).filter((_, index) => index % 2 === 0);
  const pointers = Number(rest[count * 2]);
  if (
    bar < 0 ||
    !/^\d{8}$/.test(offset!) ||
    words.length !== count ||
    !Number.isInteger(pointers)
  ) {
    throw new Error(`Not a line of a WordNet data file: "${line.slice(0, 60)}"`);
  }
  return {
    // An adjective satellite (s) lives in the same file, and so in the same offsets, as an adjective.
    id: `${type === 's' ? 'a' : type}${offset}`,
    topic: Number(topic),
    words: words.map(readableWord),
    pointers,
    meaning: line.slice(bar + 3).trim(),
  };
}

/** Words use `_` for a space; adjectives may end in a marker of their place in a sentence: `(a)`, `(p)`, `(ip)`. */
function readableWord(word: string): string {
  return word.replace(/\((a|p|ip)\)$/, '').replaceAll('_', ' ');
}
