import type { ServerResponse } from 'node:http';

const HEADER_CHANGES = ['setHeader', 'appendHeader', 'removeHeader', 'setHeaders'];

/** What Node throws where headers are changed too late. */
export function headersSent(what: 'write' | 'change'): Error {
  const error = new Error(`The headers of this answer are sent: it is too late to ${what} them.`);
  return Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' });
}

/**
 * Makes the prototype of a response whose calls wait: to its caller it looks as it would had they been made. One for
 * all responses of a prototype, because own properties, defined and deleted on each, cost tens of microseconds.
 */
export class HeldLooks {
  readonly #looks = new WeakMap<object, object>();

  /** @param ended whether an `end()` waits in it */
  constructor(private readonly ended: (response: ServerResponse) => boolean) {}

  of(prototype: object): object {
    let look = this.#looks.get(prototype);
    if (look === undefined) {
      look = this.#make(prototype);
      this.#looks.set(prototype, look);
    }
    return look;
  }

  #make(prototype: object): object {
    const { ended } = this;
    const refuse = () => {
      throw headersSent('change');
    };
    const changes = HEADER_CHANGES.filter((name) => name in prototype);
    return Object.create(prototype, {
      headersSent: { get: () => true },
      writableEnded: {
        get(this: ServerResponse) {
          return ended(this);
        },
      },
      ...Object.fromEntries(changes.map((name) => [name, { value: refuse }])),
    }) as object;
  }
}
