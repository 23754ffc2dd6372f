import type { PlatformModel } from '../model/platform-model';
import type { Random } from '../random';
import { Client } from './client';
import { Person } from './person';
import { Tally } from './tally';

export const CLIENTS = 12;

export interface LoadOptions {
  readonly url: string;
  readonly life: number;
  readonly random: Random;
  readonly model: PlatformModel;
}

/** Requests from twelve clients at once, each on a connection of its own (two for requests that race), without a pause. */
export class Load {
  readonly tally = new Tally();
  private ended = false;
  private readonly clients: readonly Client[];
  private readonly running: Promise<void>[];

  constructor({ random, ...options }: LoadOptions) {
    this.clients = Array.from({ length: CLIENTS }, (_, at) => {
      const name = `k${at}`;
      return new Client({ ...options, name, tally: this.tally, ended: () => this.ended });
    });
    this.running = this.clients.map((client, at) =>
      new Person(client, random.fork(`person ${at}`), this.tally).run(),
    );
  }

  get underway(): number {
    return this.clients.reduce((sum, client) => sum + client.underway, 0);
  }

  /** From here on nothing new is sent and a missing answer is no problem. Call it in the moment of the kill. */
  end(): void {
    this.ended = true;
  }

  /** Resolves when every request has come to something. */
  async settled(): Promise<void> {
    await Promise.all(this.running);
  }
}
