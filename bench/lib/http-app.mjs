import { fromRoot, room } from './product.mjs';
import { noteSchema, typeOrmImports } from './app.mjs';

/**
 * An app with HTTP on `platform` (`express` or `fastify`), listening on loopback. Without `storage` there is no module in
 * it at all. `POST /notes` inserts a row; `/durable` the same, and its answer is held; `/flushed` waits in the handler.
 */
export async function startHttpApp({ platform, database, storage, options }) {
  fromRoot('reflect-metadata');
  const { NestFactory } = fromRoot('@nestjs/core');
  const module = {
    module: class BenchModule {},
    imports: typeOrmImports({ database, storage, options, entities: [noteSchema()] }),
    controllers: [notesController(storage !== undefined)],
  };
  const app = await NestFactory.create(module, ...adapter(platform), { logger: ['error'] });
  // A connection that was idle for a while would be closed under a client that is just sending.
  app.getHttpServer().keepAliveTimeout = 0;
  await app.listen(0, '127.0.0.1');
  return app;
}

function adapter(platform) {
  if (platform === 'express') return [];
  const { FastifyAdapter } = fromRoot('@nestjs/platform-fastify');
  return [new FastifyAdapter()];
}

/** Decorators are called by hand: this file is JavaScript. */
function notesController(withModule) {
  const { Body, Controller, Get, Inject, Post } = fromRoot('@nestjs/common');
  const { DataSource } = fromRoot('typeorm');
  const { Durable, SyncService } = room('persistence');

  class NotesController {
    constructor(dataSource, sync) {
      this.notes = dataSource.getRepository('Note');
      this.sync = sync;
    }
    ping() {
      return { ok: true };
    }
    first() {
      return this.notes.findOneBy({ id: 1 });
    }
    async add({ text }) {
      const { identifiers } = await this.notes.insert({ author: 1, text, created: 1 });
      return identifiers[0];
    }
    addDurably(note) {
      return this.add(note);
    }
    async addAndFlush(note) {
      const added = await this.add(note);
      await this.sync.flush();
      return added;
    }
  }
  Controller()(NotesController);
  Inject(DataSource)(NotesController, undefined, 0);
  if (withModule) Inject(SyncService)(NotesController, undefined, 1);
  decorate(NotesController, 'ping', Get('ping'));
  decorate(NotesController, 'first', Get('first'));
  decorate(NotesController, 'add', Post('notes'));
  decorate(NotesController, 'addDurably', Post('durable'), ...(withModule ? [Durable()] : []));
  decorate(NotesController, 'addAndFlush', Post('flushed'));
  for (const name of ['add', 'addDurably', 'addAndFlush'])
    Body()(NotesController.prototype, name, 0);
  return NotesController;
}

function decorate({ prototype }, name, ...decorators) {
  const method = Object.getOwnPropertyDescriptor(prototype, name);
  for (const decorator of decorators) decorator(prototype, name, method);
}
