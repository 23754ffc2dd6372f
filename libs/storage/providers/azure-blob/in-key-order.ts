import { compareKeys } from '../../keys';
import { type ListedObject } from '../../object-store';
import { StoreError } from '../../store-error';

/** Keys held at once; none of the library's own is ever held. */
const HELD_MAX = 100_000;
/** From here on UTF-16 units and the bytes of UTF-8 sort differently: surrogates, and what comes behind them. */
const HIGH = /[\ud800-\uffff]/;

/**
 * Puts objects that come in the order of either UTF-16 or UTF-8 into that of UTF-8. The two differ only where names part in
 * characters from U+D800 on. Those with one beginning before such a character stand together in both orders, so it is
 * enough to hold and sort them.
 */
export async function* inKeyOrder(
  prefix: string,
  objects: AsyncIterable<ListedObject>,
): AsyncGenerator<ListedObject> {
  let held: ListedObject[] = [];
  let beginning = '';
  for await (const object of objects) {
    if (held.length > 0 && !object.key.startsWith(beginning)) {
      yield* sorted(held);
      held = [];
    }
    const high = HIGH.exec(object.key);
    if (held.length === 0 && high === null) {
      yield object;
      continue;
    }
    if (held.length === 0) beginning = object.key.slice(0, high!.index);
    held.push(object);
    if (held.length > HELD_MAX) {
      throw new StoreError('Rejected', prefix, 'too many names with rare characters to sort');
    }
  }
  yield* sorted(held);
}

function sorted(objects: ListedObject[]): ListedObject[] {
  return objects.sort((a, b) => compareKeys(a.key, b.key));
}
