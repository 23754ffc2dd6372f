/**
 * Numbers from a seed: the same seed and label give the same sequence on every machine. FNV-1a turns the text into a
 * state, mulberry32 (public domain) steps it; good enough to choose moments and requests, for nothing else.
 */
export class Random {
  private state: number;

  constructor(private readonly seed: string) {
    let hash = 0x811c9dc5;
    for (const byte of Buffer.from(seed)) hash = Math.imul(hash ^ byte, 0x01000193);
    this.state = hash >>> 0;
  }

  /** A sequence of its own, which does not depend on how many numbers were drawn here. */
  fork(label: string): Random {
    return new Random(`${this.seed}/${label}`);
  }

  /** 0 inclusive to 1 exclusive. */
  float(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 0x1_0000_0000;
  }

  /** Both ends inclusive. */
  int(min: number, max: number): number {
    return min + Math.floor(this.float() * (max - min + 1));
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error('Nothing to pick from.');
    return items[this.int(0, items.length - 1)]!;
  }

  /** Lower-case words, `length` characters in all. */
  text(length: number): string {
    let text = '';
    while (text.length < length) text += `${this.int(0, 0x7fffffff).toString(36)} `;
    return text.slice(0, length - 1) + 'x';
  }
}
