const ANSWER_MAX_MS = 15_000;
const PAGE = 500;

/** Talks JSON to the app. */
export class Client {
  #address;

  constructor(address) {
    this.#address = address;
  }

  get(path) {
    return this.#send('GET', path);
  }

  /** The health report, also of an app that reports itself as not healthy (503) for a moment. */
  async health() {
    const response = await fetch(`${this.#address}/health`, {
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
    });
    return response.json();
  }

  post(path, body) {
    return this.#send('POST', path, body);
  }

  put(path, body) {
    return this.#send('PUT', path, body);
  }

  /** All items of a list, page after page. */
  async *all(path) {
    for (let page = 1; ; page += 1) {
      const { items } = await this.get(`${path}?page=${page}&limit=${PAGE}`);
      yield* items;
      if (items.length < PAGE) return;
    }
  }

  /** @throws {Error} for anything but a 2xx: then nothing was promised */
  async #send(method, path, body) {
    const response = await fetch(this.#address + path, {
      method,
      signal: AbortSignal.timeout(ANSWER_MAX_MS),
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(`${method} ${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    }
    return answer;
  }
}
