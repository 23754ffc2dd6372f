import { connect } from 'node:net';

const ANSWER_MAX_MS = 30_000;

/**
 * One HTTP request on a connection of its own, with an eye on the bytes that come back. Nothing in between can hide any.
 * @param {string} address `http://host:port`
 */
export class RawRequest {
  #text = '';
  #bytes = 0;
  /** Resolves when the answer has ended, or cannot any more. */
  ended;

  constructor(address, method, path) {
    const { hostname, port, host } = new URL(address);
    const socket = connect(Number(port), hostname);
    socket.setTimeout(ANSWER_MAX_MS, () => socket.destroy());
    socket.on('data', (chunk) => {
      this.#bytes += chunk.byteLength;
      this.#text += chunk.toString('latin1');
    });
    // What a broken connection means is seen in `status`.
    socket.on('error', () => undefined);
    this.ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write(
      `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
    );
  }

  /** Bytes of the answer so far, status line and headers included. */
  get bytes() {
    return this.#bytes;
  }

  /** Undefined as long as no status line has come. */
  get status() {
    const found = /^HTTP\/1\.1 (\d{3})/.exec(this.#text);
    return found === null ? undefined : Number(found[1]);
  }
}
