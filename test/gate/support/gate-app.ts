import http from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule, type PersistenceOptions } from 'nestjs-persistence';
import type { DatabaseLife } from '../../../libs/persistence/database/database-life';
import { DurabilityGate } from '../../../libs/persistence/durable/durability-gate';
import { lifeToken } from '../../../libs/persistence/module/tokens';
import { Note } from '../../journeys/support/note.entity';
import { AppLog } from '../../journeys/support/start-app';
import { HeldStore } from './held-store';
import { DurableRoutes, PlainRoutes } from './routes.controller';
import { turns, until } from './until';
import { Wire } from './wire';
import { Work } from './work';

export const PLATFORMS = ['express', 'fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

export interface GateAppOptions {
  readonly persistence?: PersistenceOptions;
  readonly cors?: boolean;
  readonly http2?: boolean;
  /** Imported before ours, and behind it. */
  readonly before?: NonNullable<ModuleMetadata['imports']>;
  readonly behind?: NonNullable<ModuleMetadata['imports']>;
  readonly setup?: (app: INestApplication, work: Work) => unknown;
}

/** An app with a real database whose store can be held, and what is seen of its gate from outside. */
export class GateApp {
  readonly store = new HeldStore();
  readonly log = new AppLog();
  app!: INestApplication;
  life!: DatabaseLife;
  work!: Work;
  /** Calls of flush() that have not been answered. */
  waiting = 0;
  flushes = 0;
  port = 0;
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'gate-'));
  readonly #wires: Wire[] = [];

  private constructor(
    readonly platform: Platform,
    private readonly http2: boolean,
  ) {}

  static async create(platform: Platform, options: GateAppOptions = {}): Promise<GateApp> {
    const made = new GateApp(platform, options.http2 ?? false);
    await made.#make(options);
    return made;
  }

  /** An app that listens on the loopback. */
  static async listen(platform: Platform, options: GateAppOptions = {}): Promise<GateApp> {
    const made = await GateApp.create(platform, options);
    await made.listen();
    return made;
  }

  async #make(options: GateAppOptions): Promise<void> {
    const database = path.join(this.#folder, 'app.db');
    @Module({
      imports: [
        ...(options.before ?? []),
        PersistenceModule.forRoot({
          database,
          storage: this.store,
          shutdownTimeoutMs: 2_000,
          backupIntervalMs: 0,
          // Held answers shall wait for the test, however slow the machine.
          confirmTimeoutMs: 60_000,
          flushTimeoutMs: 60_000,
          publishIntervalMs: 0,
          ...options.persistence,
        }),
        TypeOrmModule.forRootAsync(
          PersistenceModule.typeOrm({ entities: [Note], synchronize: true }),
        ),
        ...(options.behind ?? []),
      ],
      controllers: [DurableRoutes, PlainRoutes],
      providers: [Work],
    })
    class App {}
    const adapter =
      this.platform === 'express'
        ? new ExpressAdapter()
        : new FastifyAdapter(this.http2 ? ({ http2: true } as object) : {});
    this.app = await NestFactory.create(App, adapter as never, {
      logger: this.log,
      cors: options.cors ?? false,
      abortOnError: false,
    });
    this.work = this.app.get(Work);
    this.work.file = path.join(this.#folder, 'file.txt');
    this.life = this.app.get<DatabaseLife>(lifeToken('app'));
    this.#watchFlushes();
    await options.setup?.(this.app, this.work);
  }

  #watchFlushes(): void {
    const flush = this.life.flush.bind(this.life);
    this.life.flush = async () => {
      this.waiting++;
      this.flushes++;
      try {
        return await flush();
      } finally {
        this.waiting--;
      }
    };
  }

  /** Where the local database is. */
  get folder(): string {
    return this.#folder;
  }

  get gate(): DurabilityGate {
    return this.app.get(DurabilityGate, { strict: false });
  }

  async listen(host = '127.0.0.1'): Promise<void> {
    await this.app.listen(0, host);
    this.port = (this.server.address() as AddressInfo).port;
  }

  get server(): http.Server {
    return this.app.getHttpServer() as http.Server;
  }

  /** Everything but the last commit is stored, and that waits in the store. */
  async hold(): Promise<void> {
    await this.life.flush();
    this.store.hold();
    await this.work.commit();
    await until('a write waits in the store', () => this.store.pending > 0);
  }

  dial(text: string, host?: string): Wire {
    const wire = new Wire(this.port, text, host);
    this.#wires.push(wire);
    return wire;
  }

  /** What could have left by now has arrived: some turns of the event loop, and a request there and back. */
  async settle(): Promise<void> {
    await turns();
    if (this.port > 0 && !this.http2) await this.roundTrip();
    await turns();
  }

  async roundTrip(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const agent = false;
      http
        .get({ port: this.port, host: '127.0.0.1', path: '/free', agent }, (response) => {
          response.resume().once('end', resolve);
        })
        .once('error', reject);
    });
  }

  /** Sends while the store is held, and says how much left before it was released, and then the whole answer. */
  async sendWhileHeld(text: string, host?: string): Promise<{ early: number; wire: Wire }> {
    await this.hold();
    const wire = this.dial(text, host);
    await until('the answer waits', () => this.waiting > 0 || wire.bytes > 0);
    await this.settle();
    const early = wire.bytes;
    this.store.release();
    await until('the answer came', () => wire.complete);
    return { early, wire };
  }

  /** Sends while the store is held, and keeps it so. */
  async refused(text: string): Promise<Wire> {
    await this.hold();
    const wire = this.dial(text);
    await until('another answer came, or the end', () => wire.complete || wire.closed);
    await this.settle();
    this.store.release();
    return wire;
  }

  async close(): Promise<void> {
    for (const wire of this.#wires.splice(0)) wire.close();
    this.store.release();
    await this.app.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Starts apps, and closes them behind each test. */
export function gateApps(): (typeof GateApp)['listen'] {
  const open: GateApp[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });
  return async (platform, options) => {
    const app = await GateApp.listen(platform, options);
    open.push(app);
    return app;
  };
}
