import type { Durability } from '../durability';
import type { PlatformModel } from '../model/platform-model';
import type { Random } from '../random';
import { Client } from './client';
import { Person } from './person';
import { Spectator } from './spectator';
import { Tally } from './tally';

export const CLIENTS = 12;
export const SPECTATORS = 4;

export interface LoadOptions {
  readonly url: string;
  readonly life: number;
  readonly random: Random;
  readonly model: PlatformModel;
  /** Where every answer is a promise, spectators read along. */
  readonly durability: Durability;
}

/** Requests from twelve clients at once, each on a connection of its own (two for requests that race), without a pause. */
export class Load {
  readonly tally = new Tally();
  private ended = false;
  private readonly running: Promise<void>[];

  constructor(private readonly options: LoadOptions) {
    this.running = Array.from({ length: CLIENTS }, (_, at) =>
      this.person(this.client(`k${at}`), `person ${at}`).run(),
    );
    if (options.durability !== 'confirmed') return;
    for (let at = 0; at < SPECTATORS; at++) this.running.push(this.spectator(at).run());
  }

  /**
   * One more write, by nobody else; resolves when it is out. Answers to all others may be on their way already, so that
   * only this makes sure that a kill right now meets a request in flight.
   */
  async lastWrite(): Promise<void> {
    const client = this.client('last');
    const sent = client.nextSent();
    const write = this.person(client, 'last').newUser();
    this.running.push(write.finally(() => client.close()));
    await Promise.race([sent, write]);
  }

  /** From here on nothing new is sent and a missing answer is no problem. Call it in the moment of the kill. */
  end(): void {
    this.ended = true;
  }

  /** Resolves when every request has come to something. */
  async settled(): Promise<void> {
    await Promise.all(this.running);
  }

  private client(name: string): Client {
    const { url, life, model } = this.options;
    return new Client({ url, life, model, name, tally: this.tally, ended: () => this.ended });
  }

  private spectator(at: number): Spectator {
    const { model, random } = this.options;
    return new Spectator(this.client(`s${at}`), model, random.fork(`spectator ${at}`), this.tally);
  }

  private person(client: Client, label: string): Person {
    return new Person(client, this.options.random.fork(label), this.tally);
  }
}
