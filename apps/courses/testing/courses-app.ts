import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { AppModule } from '../app.module';
import { configureApp } from '../configure-app';

/** A place for one database and its replica: `disk` is what a redeploy deletes, `network` is what it keeps. */
export class Host {
  private constructor(readonly folder: string) {}

  static async create(): Promise<Host> {
    return new Host(await mkdtemp(join(tmpdir(), 'courses-')));
  }

  get disk(): string {
    return join(this.folder, 'disk');
  }

  async loseDisk(): Promise<void> {
    await rm(this.disk, { recursive: true, force: true });
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The app as `main.ts` makes it, with the database and replica of this host; listens on no port until asked. */
  async startApp(catalogue: 'none' | 'small' = 'none'): Promise<NestExpressApplication> {
    await mkdir(this.folder, { recursive: true });
    process.env['DATABASE_PATH'] = join(this.disk, 'courses.db');
    process.env['NETWORK_DB_PATH'] = join(this.folder, 'network-courses.db');
    process.env['COURSES_CATALOGUE'] = catalogue;
    const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
    const app = module.createNestApplication<NestExpressApplication>({ logger: false });
    configureApp(app);
    return app.init();
  }
}
