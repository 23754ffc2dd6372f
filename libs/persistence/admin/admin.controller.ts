import {
  Body,
  Controller,
  Get,
  Header,
  Headers,
  HttpCode,
  Inject,
  Post,
  Query,
  type Type,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { Durable } from '../durable/durable.decorator';
import type { AdminSettings } from './admin-options';
import type { DatabaseAdmin } from './database-admin';
import { describeAdmin } from './describe-admin';
import { TokenGuard } from './token.guard';

/** Token of the `DatabaseAdmin` of a database. */
export const adminToken = (database: string): string => `PERSISTENCE_ADMIN:${database}`;

/** The controller of one database. A class of its own, because its path and its guards are. */
export function adminController(settings: AdminSettings): Type {
  const guards = [
    ...(settings.token === null ? [] : [new TokenGuard(settings.token)]),
    ...(settings.guard === null ? [] : [settings.guard]),
  ];

  // They commit nothing, and are asked when the store is away: each says itself what it waits for.
  @Durable(false)
  @UseGuards(...guards)
  class PersistenceAdminController {
    constructor(@Inject(adminToken(settings.database)) private readonly admin: DatabaseAdmin) {}

    @Get('db-status')
    @Header('Cache-Control', 'no-store')
    status() {
      return this.admin.status();
    }

    @Post('db-sync')
    @HttpCode(200)
    sync() {
      return this.admin.sync();
    }

    @Post('db-backup')
    @HttpCode(200)
    backup() {
      return this.admin.backup();
    }

    @Get('db-restore-points')
    @Header('Cache-Control', 'no-store')
    restorePoints(@Query() query: Record<string, unknown>) {
      return this.admin.restorePoints(query);
    }

    @Post('db-restore')
    @HttpCode(200)
    restore(
      @Body() body: unknown,
      @Headers('content-length') length?: string,
      @Headers('content-type') type?: string,
    ) {
      return this.admin.restore(body, { length, type });
    }
  }
  placeAdmin(PersistenceAdminController, settings.path);
  describeAdmin(PersistenceAdminController, settings);
  return PersistenceAdminController;
}

/** Says where the routes are; may be said again until Nest registers them. The same in every version of the app's API. */
export function placeAdmin(controller: Type, path: string): void {
  Controller({ path, version: VERSION_NEUTRAL })(controller);
}
