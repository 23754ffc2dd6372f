import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module';

export async function bootstrap() {
  const app = await NestFactory.create(AppModule);
  app.enableShutdownHooks(); // at SIGTERM Nest closes the app, and closing stores the last commits
  await app.listen(process.env.PORT ?? 3000);
  return app;
}
