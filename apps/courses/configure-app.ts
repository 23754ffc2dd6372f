import { type INestApplication, ValidationPipe } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { DatabaseBusyFilter } from './http/database-busy.filter';
import { PersistenceErrorFilter } from './http/persistence-error.filter';

/** What `main.ts` and the tests set up alike: validation, the answers to errors, the OpenAPI page at `/docs`. */
export function configureApp(app: INestApplication): void {
  app.useGlobalPipes(
    new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }),
  );
  const adapterHost = app.get(HttpAdapterHost);
  app.useGlobalFilters(
    new PersistenceErrorFilter(adapterHost),
    new DatabaseBusyFilter(adapterHost.httpAdapter),
  );
  const description = new DocumentBuilder()
    .setTitle('Courses')
    .setDescription(
      [
        'A vocabulary course platform. The answer to a write, whatever it says, leaves after everything it speaks of is stored.',
        'Writes wait for each other, at most PERSISTENCE_LOCK_TIMEOUT_MS; what waits longer is refused with 503 TRANSACTION_WAIT_TIMEOUT and has written nothing.',
        '503 COMMIT_UNCONFIRMED: it is written, and may not be stored yet. Look before you send it again.',
      ].join('\n\n'),
    )
    .setVersion('1.0')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description));
}
