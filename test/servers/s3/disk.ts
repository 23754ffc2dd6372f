import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { type StoredObject } from './stored-object';

/**
 * Keeps what the server holds in memory, so that its next life finds it: a file per object, replaced whole. Nothing is
 * synced: it outlives the server, not the machine.
 *
 * A file is the length of a JSON header (4 bytes), the header, the body.
 */
export class Disk {
  constructor(readonly root: string) {
    fs.mkdirSync(root, { recursive: true });
  }

  buckets(): string[] {
    const entries = fs.readdirSync(this.root, { withFileTypes: true });
    return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  }

  createBucket(bucket: string): void {
    fs.mkdirSync(path.join(this.root, bucket), { recursive: true });
  }

  deleteBucket(bucket: string): void {
    fs.rmSync(path.join(this.root, bucket), { recursive: true, force: true });
  }

  *load(bucket: string): Generator<[string, StoredObject]> {
    const folder = path.join(this.root, bucket);
    for (const name of fs.readdirSync(folder)) {
      const file = path.join(folder, name);
      // Left by a write that a kill cut short.
      if (name.endsWith('.new')) fs.rmSync(file);
      else yield parse(fs.readFileSync(file));
    }
  }

  write(bucket: string, key: string, { body, ...rest }: StoredObject): void {
    const file = this.#file(bucket, key);
    const header = Buffer.from(JSON.stringify({ key, ...rest }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(header.byteLength);
    fs.writeFileSync(`${file}.new`, Buffer.concat([length, header, body]));
    fs.renameSync(`${file}.new`, file);
  }

  remove(bucket: string, key: string): void {
    fs.rmSync(this.#file(bucket, key), { force: true });
  }

  #file(bucket: string, key: string): string {
    return path.join(this.root, bucket, createHash('sha256').update(key).digest('hex'));
  }
}

function parse(bytes: Buffer): [string, StoredObject] {
  const start = 4 + bytes.readUInt32LE(0);
  const { key, ...rest } = JSON.parse(bytes.toString('utf8', 4, start)) as Omit<
    StoredObject,
    'body'
  > & { key: string };
  return [key, { ...rest, body: bytes.subarray(start) }];
}
