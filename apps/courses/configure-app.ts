import { type INestApplication, ValidationPipe } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import { PersistenceErrorFilter } from './http/persistence-error.filter';

/** What `main.ts` and the tests set up alike: validation, the answers to errors, the OpenAPI page at `/docs`. */
export function configureApp(app: INestApplication): void {
  app.useGlobalPipes(
    new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }),
  );
  app.useGlobalFilters(new PersistenceErrorFilter(app.get(HttpAdapterHost)));
  const description = new DocumentBuilder()
    .setTitle('Courses')
    .setDescription(
      'A vocabulary course platform. A 2xx to a write leaves after the write is stored.',
    )
    .setVersion('1.0')
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description));
}
