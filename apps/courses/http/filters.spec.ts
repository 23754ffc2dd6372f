import { Controller, Get, type INestApplication } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { PersistenceError } from 'nestjs-persistence';
import request from 'supertest';
import { QueryFailedError } from 'typeorm';
import { DatabaseBusyFilter } from './database-busy.filter';
import { PersistenceErrorFilter } from './persistence-error.filter';

let thrown: Error;

@Controller()
class FailingController {
  @Get()
  fail(): void {
    throw thrown;
  }
}

let app: INestApplication;

beforeAll(async () => {
  const module = await Test.createTestingModule({ controllers: [FailingController] }).compile();
  app = module.createNestApplication({ logger: false });
  const adapterHost = app.get(HttpAdapterHost);
  app.useGlobalFilters(
    new PersistenceErrorFilter(adapterHost),
    new DatabaseBusyFilter(adapterHost.httpAdapter),
  );
  await app.init();
});

afterAll(() => app?.close());

async function answerTo(error: Error): Promise<{ status: number; code: string; text: string }> {
  thrown = error;
  const { status, body, text } = await request(app.getHttpServer()).get('/');
  return { status, code: (body as { code: string }).code, text };
}

const sqlite = (code: string) =>
  new QueryFailedError('INSERT', [], Object.assign(new Error('refused'), { code }));

describe('the answers to errors', () => {
  it.each(['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT'])(
    'a database that another process keeps locked (%s) is a 503 to be tried again',
    async (code) => {
      const answer = await answerTo(sqlite(code));
      expect(answer).toMatchObject({ status: 503, code: 'DATABASE_BUSY' });
    },
  );

  it('what SQLite refuses for other reasons is a 500', async () => {
    expect(await answerTo(sqlite('SQLITE_READONLY'))).toMatchObject({ status: 500 });
    expect(await answerTo(sqlite('SQLITE_CONSTRAINT'))).toMatchObject({ status: 500 });
  });

  it.each(['TRANSACTION_WAIT_TIMEOUT', 'TRANSACTION_LOST'] as const)(
    '%s is a 503 that names no line of the code',
    async (code) => {
      const message = 'Waited for the transaction begun at /srv/app/orders.js:12.';
      const answer = await answerTo(new PersistenceError(code, message));
      expect(answer).toMatchObject({ status: 503, code });
      expect(answer.text).not.toContain('/srv');
    },
  );

  it('what is not confirmed is a 503 that says so, what is wrong in the app a 500 without its message', async () => {
    const unconfirmed = await answerTo(new PersistenceError('COMMIT_UNCONFIRMED', 'Not stored.'));
    expect(unconfirmed).toMatchObject({ status: 503, code: 'COMMIT_UNCONFIRMED' });
    const inside = await answerTo(new PersistenceError('FLUSH_INSIDE_TRANSACTION', '/srv/app'));
    expect(inside).toMatchObject({ status: 500, code: 'FLUSH_INSIDE_TRANSACTION' });
    expect(inside.text).not.toContain('/srv');
  });
});
