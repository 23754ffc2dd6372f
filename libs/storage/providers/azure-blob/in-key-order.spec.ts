import fc from 'fast-check';
import { compareKeys } from '../../keys';
import { type ListedObject } from '../../object-store';
import { inKeyOrder } from './in-key-order';

// Few characters, so that names share beginnings; some on each side of the surrogates.
const name = fc
  .array(
    fc.constantFrom('a', 'b', '/', '\u{D7FF}', '\u{E000}', '\u{FF00}', '\u{1F600}', '\u{10FFFF}'),
    {
      minLength: 1,
      maxLength: 5,
    },
  )
  .map((characters) => characters.join(''));
const names = fc.uniqueArray(name, { maxLength: 40 });

async function* objects(keys: readonly string[]): AsyncGenerator<ListedObject> {
  for (const key of keys) yield { key, size: 1 };
}

async function ordered(keys: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of inKeyOrder('', objects(keys))) found.push(key);
  return found;
}

const byUtf16 = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

test.each([
  ['UTF-16', byUtf16],
  ['UTF-8', compareKeys],
])('names in the order of %s come in that of UTF-8, all of them', async (_order, compare) => {
  await fc.assert(
    fc.asyncProperty(names, async (keys) => {
      const expected = [...keys].sort(compareKeys);
      expect(await ordered([...keys].sort(compare))).toEqual(expected);
    }),
  );
});

test('plain names are passed on one by one, none is held', async () => {
  let given = 0;
  async function* counted() {
    for await (const object of objects(['a', 'b/1', 'b/é', 'c'])) {
      given++;
      yield object;
    }
  }
  let taken = 0;
  for await (const object of inKeyOrder('', counted())) {
    expect(object.size).toBe(1);
    expect(given).toBe(++taken);
  }
  expect(taken).toBe(4);
});
