// An app on a host that gives it no CPU behind an answer: POST /notes adds a row, GET /notes shows them all. Entries take
// DELAY_MS until they are stored, counted from when the app is ready.
import 'reflect-metadata';
import { Body, Controller, Get, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { PersistenceModule } from 'nestjs-persistence';
import { type Repository } from 'typeorm';
import { DirectoryStore } from '../../../libs/storage';
import { FaultyObjectStore } from '../../../libs/testing';
import { Note } from './note.entity';

const { STORE_ROOT = '', DELAY_MS = '0' } = process.env;

@Controller('notes')
class NotesController {
  constructor(@InjectRepository(Note) private readonly notes: Repository<Note>) {}

  @Post()
  add(@Body() { text }: { text: string }): Promise<Note> {
    return this.notes.save({ text });
  }

  @Get()
  all(): Promise<Note[]> {
    return this.notes.find({ order: { id: 'ASC' } });
  }
}

async function main(): Promise<void> {
  const storage = new FaultyObjectStore(await DirectoryStore.open({ root: STORE_ROOT }));
  @Module({
    imports: [
      PersistenceModule.forRoot({ storage, backupIntervalMs: 0 }),
      TypeOrmModule.forRootAsync(
        PersistenceModule.typeOrm({ entities: [Note], synchronize: true }),
      ),
      TypeOrmModule.forFeature([Note]),
    ],
    controllers: [NotesController],
  })
  class App {}

  const app = await NestFactory.create(App, { logger: false });
  await app.listen(0, '127.0.0.1');
  storage.inject({
    fault: { kind: 'delay', ms: Number(DELAY_MS) },
    when: ({ operation }) => operation === 'put',
    times: Infinity,
  });
  console.log(`listening on ${await app.getUrl()}`);
}

void main();
