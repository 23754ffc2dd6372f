import { parseSynset } from './wordnet-synset';

describe('parseSynset', () => {
  it('reads words, topic, pointers and meaning', () => {
    const line =
      '02086723 05 n 03 dog 0 domestic_dog 0 Canis_familiaris 0 002 @ 02085998 n 0000 ~ 01325095 n 0000 | a member of the genus Canis; "the dog barked"  ';
    expect(parseSynset(line)).toEqual({
      id: 'n02086723',
      topic: 5,
      words: ['dog', 'domestic dog', 'Canis familiaris'],
      pointers: 2,
      meaning: 'a member of the genus Canis; "the dog barked"',
    });
  });

  it('reads the number of words as hexadecimal', () => {
    const words = Array.from({ length: 0x10 }, (_, index) => `w${index} 0`).join(' ');
    expect(parseSynset(`00000001 03 n 10 ${words} 001 @ 00000002 n 0000 | x`)?.words).toHaveLength(
      16,
    );
  });

  it('leaves out the place marker of an adjective, and files satellites with adjectives', () => {
    expect(parseSynset('00003553 00 s 02 dead(p) 0 a_(b) 0 000 | x')).toMatchObject({
      id: 'a00003553',
      words: ['dead', 'a (b)'],
    });
  });

  it('passes over the license', () => {
    expect(parseSynset('  1 This software and database is being provided')).toBeUndefined();
    expect(parseSynset('')).toBeUndefined();
  });

  it.each([
    ['no gloss', '00001740 03 n 01 entity 0 000'],
    ['fewer words than announced', '00001740 03 n 09 entity 0 000 | x'],
    ['no offset', 'entity 03 n 01 entity 0 000 | x'],
    ['no pointer count', '00001740 03 n 01 entity 0 | x'],
  ])('refuses a line with %s', (_what, line) => {
    expect(() => parseSynset(line)).toThrow('Not a line of a WordNet data file');
  });
});
