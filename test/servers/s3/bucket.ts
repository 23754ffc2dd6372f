import { type Disk } from './disk';
import { type StoredObject } from './stored-object';

/** The objects of one bucket. Every change is one synchronous step: that is what makes conditions atomic. */
export class Bucket {
  readonly #objects = new Map<string, StoredObject>();
  /** Keys in the order of their UTF-8 bytes; undefined after one came or went. */
  #ordered: readonly string[] | undefined;
  #bytes = 0;

  constructor(
    readonly name: string,
    readonly disk: Disk | undefined,
  ) {
    for (const [key, object] of disk?.load(name) ?? []) this.#set(key, object);
  }

  /** Of all bodies. */
  get bytes(): number {
    return this.#bytes;
  }

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  put(key: string, object: StoredObject): void {
    this.disk?.write(this.name, key, object);
    this.#set(key, object);
  }

  delete(key: string): void {
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.disk?.remove(this.name, key);
    this.#objects.delete(key);
    this.#bytes -= object.body.byteLength;
    this.#ordered = undefined;
  }

  keys(): readonly string[] {
    this.#ordered ??= [...this.#objects.keys()]
      .map((key) => Buffer.from(key))
      .sort((a, b) => Buffer.compare(a, b))
      .map((bytes) => bytes.toString());
    return this.#ordered;
  }

  #set(key: string, object: StoredObject): void {
    const before = this.#objects.get(key);
    if (before === undefined) this.#ordered = undefined;
    this.#bytes += object.body.byteLength - (before?.body.byteLength ?? 0);
    this.#objects.set(key, object);
  }
}
