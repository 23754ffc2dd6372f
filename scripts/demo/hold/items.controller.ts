import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConflictException, Controller, Get, Post, Res, StreamableFile } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { QueryFailedError, type Repository } from 'typeorm';
import { Item } from './item.entity';
import { Teapot } from './teapot.filter';

/** The part that the responses of Express and Fastify have in common. */
interface Reply {
  status(code: number): Reply;
  send(body: unknown): unknown;
}

const TAKEN = 'taken';
const CHUNKS = 5;
const CHUNK_EVERY_MS = 50;

/** Each way in which a handler of Nest answers, behind a commit of its own. */
@Controller('items')
export class ItemsController {
  constructor(@InjectRepository(Item) private readonly items: Repository<Item>) {}

  @Post('object')
  object(): Promise<Item> {
    return this.items.save({ name: TAKEN });
  }

  @Post('res')
  async response(@Res() reply: Reply): Promise<void> {
    const item = await this.items.save({ name: 'by @Res()' });
    reply.status(201).send(item);
  }

  @Post('stream')
  async stream(): Promise<StreamableFile> {
    const { id } = await this.items.save({ name: 'by a stream' });
    return new StreamableFile(Readable.from(chunksOf(id)));
  }

  @Post('filter')
  async filtered(): Promise<void> {
    await this.items.save({ name: 'by a filter' });
    throw new Teapot();
  }

  /** The name is that of a row which is not stored: to say so would confirm it. */
  @Post('conflict')
  async conflict(): Promise<void> {
    try {
      await this.items.insert({ name: TAKEN });
    } catch (error) {
      if (error instanceof QueryFailedError) throw new ConflictException(`${TAKEN} is taken`);
      throw error;
    }
  }

  @Get()
  list(): Promise<Item[]> {
    return this.items.find();
  }
}

async function* chunksOf(id: number): AsyncGenerator<string> {
  for (let chunk = 1; chunk <= CHUNKS; chunk += 1) {
    yield `item ${id}, chunk ${chunk} of ${CHUNKS}\n`;
    await sleep(CHUNK_EVERY_MS);
  }
}
