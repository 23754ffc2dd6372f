import assert from 'node:assert/strict';
import path from 'node:path';
import { type ObjectStore, readBody } from '../../libs/storage';
import { TestProcess } from '../../libs/testing';
import { type StoreAddress } from './store-address';

const RACERS = ['a', 'b', 'c', 'd'];

/** Four processes at one store. */
export class RacingProcesses {
  private constructor(
    readonly store: ObjectStore,
    /** Of all keys that they touch. */
    readonly folder: string,
    readonly racers: readonly TestProcess[],
  ) {}

  static async start(
    store: ObjectStore,
    address: StoreAddress,
    folder = '',
  ): Promise<RacingProcesses> {
    const child = path.join(__dirname, 'racer.child.ts');
    const at = JSON.stringify(address);
    const racers = RACERS.map(
      (name) => new TestProcess(child, { args: [at, name, `${folder}counter`] }),
    );
    const racing = new RacingProcesses(store, folder, racers);
    try {
      await Promise.all(racers.map((racer) => racer.line(/^ready$/, 60_000)));
    } catch (error) {
      await racing.end();
      throw error;
    }
    return racing;
  }

  /** Of several processes that create one object exactly one wins, and the object is its. */
  async create(rounds: number): Promise<void> {
    for (let round = 0; round < rounds; round++) {
      const key = `${this.folder}log/${round}`;
      for (const racer of this.racers) racer.send(`create ${key}`);
      const outcomes = await Promise.all(
        this.racers.map((racer) => racer.line(new RegExp(`^${key} `))),
      );
      const winners = RACERS.filter((_, i) => outcomes[i] === `${key} won`);
      assert.equal(winners.length, 1, `${winners.length} of ${RACERS.length} processes won`);
      assert.equal(await this.#text(key), winners[0]);
    }
  }

  /** No increment of several processes that count by compare-and-swap is lost. */
  async count(times: number): Promise<void> {
    const counter = `${this.folder}counter`;
    const metadata = { value: '0' };
    await this.store.put(counter, Buffer.from('0'), { mode: 'create', metadata });
    for (const racer of this.racers) racer.send(`count ${times}`);
    const outcomes = await Promise.all(this.racers.map((racer) => racer.line(/^counted/, 60_000)));
    assert.equal(await this.#text(counter), `${times * RACERS.length}`);
    const together = outcomes.some((outcome) => outcome !== 'counted, refused 0');
    assert.ok(together, 'they were not at it together, and this proves nothing');
  }

  async end(): Promise<void> {
    await Promise.all(this.racers.map((racer) => racer.kill()));
  }

  async #text(key: string): Promise<string> {
    return String(await readBody(await this.store.get(key), 100));
  }
}
