// What a user writes, run from the packed package. `main.js write` serves over HTTP and stores a row by it; `main.js read`
// prints the rows. Both end by closing the app: nothing may keep the process alive after that.
import 'reflect-metadata';
import { deepStrictEqual, ok, strictEqual } from 'node:assert';
import { Body, Controller, Get, Injectable, Module, Post } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { Interval, ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { getRepositoryToken, InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import {
  Durable,
  PersistenceHealthIndicator,
  PersistenceModule,
  SyncService,
} from 'nestjs-persistence';
import { PersistenceAdminModule } from 'nestjs-persistence/admin';
import { Column, Entity, PrimaryGeneratedColumn, Repository } from 'typeorm';
import { createApp } from './platform.js';

const TOKEN = 'a-token-of-this-test';

@Entity()
class Note {
  @PrimaryGeneratedColumn()
  id!: number;

  @Column('text')
  text!: string;
}

@Controller('notes')
class NotesController {
  constructor(
    @InjectRepository(Note) private readonly notes: Repository<Note>,
    private readonly sync: SyncService,
  ) {}

  @Post()
  async create(@Body() { text }: { text: string }): Promise<{ stored: boolean }> {
    await this.notes.save({ text });
    return this.sync.flush();
  }

  @Durable()
  @Post('durable')
  async createDurably(@Body() { text }: { text: string }): Promise<Note> {
    await this.sync.transaction((manager) => manager.save(Note, { text: `${text} together` }));
    return this.notes.save({ text });
  }

  /** Two transactions at once: the one that fails takes nothing of the other along. */
  @Post('beside-a-failure')
  async createBesideAFailure(@Body() { text }: { text: string }): Promise<{ failed: boolean }> {
    const failing = this.notes.manager.transaction(async (manager) => {
      await manager.save(Note, { text: 'never' });
      throw new Error('on purpose');
    });
    const [failed] = await Promise.allSettled([failing, this.notes.save({ text })]);
    return { failed: failed.status === 'rejected' };
  }
}

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly persistence: PersistenceHealthIndicator,
  ) {}

  @Get()
  check() {
    return this.health.check([
      () => this.persistence.isHealthy('database', { lagMaxMs: 5_000, backupAgeMaxMs: 3_600_000 }),
    ]);
  }
}

/** A job of the app's own: a second ScheduleModule somewhere would make it run twice as often. */
@Injectable()
class Ticking {
  static readonly everyMs = 50;
  readonly ticks: number[] = [];

  @Interval(Ticking.everyMs)
  tick(): void {
    this.ticks.push(performance.now());
  }
}

@Module({
  imports: [
    ConfigModule.forRoot({ isGlobal: true }),
    ScheduleModule.forRoot(),
    TerminusModule,
    PersistenceModule.forRoot(),
    TypeOrmModule.forRootAsync(PersistenceModule.typeOrm({ entities: [Note], synchronize: true })),
    TypeOrmModule.forFeature([Note]),
    PersistenceAdminModule.forRoot({ token: TOKEN }),
  ],
  controllers: [NotesController, HealthController],
  providers: [Ticking],
})
class AppModule {}

async function main(action: string | undefined): Promise<void> {
  const app = await createApp(AppModule);
  if (action === 'write') {
    await app.listen(0, '127.0.0.1');
    await use(await app.getUrl());
    await tickOnce(app.get(Ticking));
    ok(app.get(SchedulerRegistry).getIntervals().length > 1, 'our timers are in the registry');
  } else {
    await app.init();
    const { origin } = app.get(SyncService).status();
    const notes = await app.get<Repository<Note>>(getRepositoryToken(Note)).find();
    console.log(JSON.stringify({ origin, texts: notes.map(({ text }) => text) }));
  }
  await app.close();
}

async function use(url: string): Promise<void> {
  const call = async (method: string, path: string, body?: unknown, token?: string) => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        connection: 'close',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  };
  const created = await call('POST', '/notes', { text: 'kept' });
  strictEqual(created.body['stored'], true);
  strictEqual((await call('POST', '/notes/durable', { text: 'durable' })).status, 201);
  const beside = await call('POST', '/notes/beside-a-failure', { text: 'beside' });
  strictEqual(beside.body['failed'], true);
  const health = await call('GET', '/health');
  deepStrictEqual([health.status, health.body['status']], [200, 'ok']);
  strictEqual((await call('GET', '/api/db-status')).status, 401);
  strictEqual((await call('GET', '/api/db-status', undefined, 'another')).status, 401);
  const status = await call('GET', '/api/db-status', undefined, TOKEN);
  strictEqual(status.status, 200);
  strictEqual(Object.keys(status.body)[0], 'summary');
  const backup = await call('POST', '/api/db-backup', undefined, TOKEN);
  strictEqual(typeof backup.body['key'], 'string');
}

/** A timer never fires early, so ticks that come faster than the interval are those of two timers. */
async function tickOnce({ ticks }: Ticking): Promise<void> {
  while (ticks.length < 11) await new Promise((resolve) => setTimeout(resolve, 20));
  const tenMs = ticks.at(-1)! - ticks.at(-11)!;
  ok(tenMs > 9 * Ticking.everyMs, `ten ticks took ${tenMs} ms`);
}

main(process.argv[2]).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
