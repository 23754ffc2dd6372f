import fc from 'fast-check';
import { batches } from './batches';

async function* from(items: readonly number[]): AsyncGenerator<number> {
  yield* items;
}

describe('batches', () => {
  it('lose nothing, repeat nothing, keep the order, and are full but for the last', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer()),
        fc.integer({ min: 1, max: 7 }),
        fc.nat(20),
        async (items, size, skip) => {
          const all: number[][] = [];
          for await (const batch of batches(from(items), size, skip)) all.push(batch);
          expect(all.flat()).toEqual(items.slice(skip));
          expect(all.slice(0, -1).every((batch) => batch.length === size)).toBe(true);
          expect(all.every((batch) => batch.length > 0)).toBe(true);
        },
      ),
    );
  });
});
