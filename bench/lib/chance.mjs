/** Repeatable chance (mulberry32): numbers from 0 up to, not including, 1. */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Text that compresses about as an app's text does: few words are used often and most of them rarely. The frequencies
 * fall as in Zipf's law, cut to `size` words.
 */
export function textSource(random, size = 6_000) {
  const syllables =
    'an be co da el fi go hu in jo ka lu mo ne or pa qui ra su ti un vo we xi ya zo'.split(' ');
  const words = Array.from({ length: size }, () =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, () => pick(syllables)).join(''),
  );
  const word = () => words[Math.floor(size ** random()) - 1];
  const sentence = (count) => Array.from({ length: count }, word).join(' ');
  return { word, sentence, pick, whole: (below) => Math.floor(random() * below) };

  function pick(list) {
    return list[Math.floor(random() * list.length)];
  }
}
