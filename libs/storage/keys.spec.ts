import fc from 'fast-check';
import { assertKey, assertPrefix, compareKeys } from './keys';
import { isStoreError } from './store-error';

const text = fc.string({ unit: 'binary' });

test('keys are ordered by the bytes of their UTF-8', () => {
  const bytewise = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
  fc.assert(
    fc.property(text, text, text, (start, a, b) => {
      expect(Math.sign(compareKeys(start + a, start + b))).toBe(bytewise(start + a, start + b));
    }),
  );
  expect(compareKeys('\u{1F600}', '\uFF00')).toBeGreaterThan(0);
});

function refused(check: () => void): boolean {
  try {
    check();
    return false;
  } catch (error) {
    expect(isStoreError(error, 'Rejected')).toBe(true);
    return true;
  }
}

test.each(['a', 'a/b', 'a.b', '...', '.a', '..a', 'a b', '🙂', 'x'.repeat(255), 'é'.repeat(127)])(
  'the key %j is allowed',
  (key) => expect(refused(() => assertKey(key))).toBe(false),
);

test.each(['', '/', '/a', 'a/', 'a//b', '.', '..', 'a/..', '../a', 'a\\b', 'a\0', '\ud83d'])(
  'the key %j is refused',
  (key) => expect(refused(() => assertKey(key))).toBe(true),
);

test('a segment may have 255 bytes, whatever its characters', () => {
  expect(refused(() => assertKey('x'.repeat(256)))).toBe(true);
  expect(refused(() => assertKey('é'.repeat(128)))).toBe(true);
  expect(refused(() => assertKey(`${'x'.repeat(255)}/${'y'.repeat(255)}`))).toBe(false);
});

test('every beginning of a key is an allowed prefix', () => {
  const segment = fc
    .string({ unit: 'grapheme-composite', minLength: 1, maxLength: 8 })
    .filter((name) => !/[/\\\0]/.test(name) && name !== '.' && name !== '..');
  fc.assert(
    fc.property(
      fc.array(segment, { minLength: 1, maxLength: 4 }),
      fc.nat(40),
      (segments, length) => {
        assertPrefix(segments.join('/').slice(0, length));
      },
    ),
  );
});

test.each(['../', 'a/../', './', '/a', 'a//', 'a\\', 'a\0'])('the prefix %j is refused', (prefix) =>
  expect(refused(() => assertPrefix(prefix))).toBe(true),
);
