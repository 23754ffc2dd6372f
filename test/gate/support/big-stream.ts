import { Readable } from 'node:stream';

export const STREAM_BYTES = 16 * 1024 * 1024;

/** What has become of the last big stream. */
export const produced = { bytes: 0, destroyed: false };

export function bigStream(): Readable {
  Object.assign(produced, { bytes: 0, destroyed: false });
  const chunk = Buffer.alloc(64 * 1024, 'x');
  return new Readable({
    read() {
      if (produced.bytes >= STREAM_BYTES) return void this.push(null);
      produced.bytes += chunk.length;
      this.push(chunk);
    },
    destroy(error, done) {
      produced.destroyed = true;
      done(error);
    },
  });
}
