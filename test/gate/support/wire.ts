import net from 'node:net';

/** What arrived on a connection: all of it counted, the beginning kept. */
export class Wire {
  bytes = 0;
  closed = false;
  readonly #socket: net.Socket;
  #text = '';

  constructor(port: number, text: string, host = '127.0.0.1') {
    this.#socket = net.connect(port, host);
    this.#socket.on('data', (data) => {
      this.bytes += data.length;
      if (this.#text.length < 400_000) this.#text += data.toString('latin1');
    });
    this.#socket.on('close', () => (this.closed = true)).on('error', () => undefined);
    this.#socket.write(text);
  }

  get text(): string {
    return this.#text;
  }

  get statuses(): number[] {
    return [...this.#text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => Number(status));
  }

  /** Of the first answer; 0 as long as there is none. */
  get status(): number {
    return this.statuses[0] ?? 0;
  }

  /** Whether the first answer is there to its end. */
  get complete(): boolean {
    const [head, ...rest] = this.#text.split('\r\n\r\n');
    if (rest.length === 0) return false;
    const length = /^content-length: (\d+)/im.exec(head!)?.[1];
    const headSize = head!.length + 4;
    if (length !== undefined) return this.bytes >= headSize + Number(length);
    return /^transfer-encoding: chunked/im.test(head!) ? this.#text.endsWith('0\r\n\r\n') : true;
  }

  send(text: string): void {
    this.#socket.write(text);
  }

  close(): void {
    this.#socket.destroy();
  }
}

export function requestText(method: string, path: string, headers = ''): string {
  const length =
    method === 'POST' && !/content-length/.test(headers) ? 'content-length: 0\r\n' : '';
  return `${method} ${path} HTTP/1.1\r\nhost: a\r\n${length}${headers}\r\n`;
}
