import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type NestModule,
  type OnModuleInit,
  Optional,
  type Type,
} from '@nestjs/common';
import { ApplicationConfig, ModuleRef } from '@nestjs/core';
import { PersistenceError } from '../../errors';
import type { DatabaseLife } from '../database/database-life';
import { errorLine } from '../log/event-log';
import { moduleMissing } from '../module/module-missing';
import { lifeToken } from '../module/tokens';
import { adminController, adminToken, placeAdmin } from './admin.controller';
import {
  type AdminSettings,
  checkAdminOptions,
  pathBelow,
  type PersistenceAdminOptions,
} from './admin-options';
import { DatabaseAdmin } from './database-admin';

const ROUTES = 'PERSISTENCE_ADMIN_ROUTES';

interface AdminRoutes {
  readonly settings: AdminSettings;
  readonly controller: Type;
}

/**
 * HTTP endpoints for whoever runs the app: `GET /api/db-status`, `POST /api/db-sync`, `POST /api/db-backup`,
 * `GET /api/db-restore-points`, `POST /api/db-restore`. Where this module is not imported there is no route; without a token
 * or a guard it refuses to be imported (ADMIN_UNGUARDED).
 *
 * @example PersistenceAdminModule.forRoot({ token: process.env.PERSISTENCE_ADMIN_TOKEN })
 */
@Module({})
export class PersistenceAdminModule implements NestModule, OnModuleInit {
  private readonly routes: AdminRoutes;

  constructor(
    @Optional() @Inject(ROUTES) routes: AdminRoutes | undefined,
    @Inject(ApplicationConfig) private readonly app: ApplicationConfig,
    @Inject(ModuleRef) private readonly moduleRef: ModuleRef,
  ) {
    if (routes === undefined) throw adminWithoutOptions();
    this.routes = routes;
  }

  static forRoot(options: PersistenceAdminOptions): DynamicModule {
    const settings = checkAdminOptions(options);
    const controller = adminController(settings);
    return {
      module: PersistenceAdminModule,
      imports: [...(options.imports ?? [])],
      controllers: [controller],
      providers: [
        { provide: ROUTES, useValue: { settings, controller } satisfies AdminRoutes },
        {
          provide: adminToken(settings.database),
          inject: [ModuleRef],
          useFactory: (moduleRef: ModuleRef) =>
            new DatabaseAdmin(() => findLife(moduleRef, settings.database), settings.restoreFolder),
        },
      ],
    };
  }

  /** Says at the start, not at the first request, that the module of the database is missing. */
  onModuleInit(): void {
    findLife(this.moduleRef, this.routes.settings.database);
  }

  /** Called when the app's global prefix is known and its routes are not registered yet. */
  configure(): void {
    const { settings, controller } = this.routes;
    placeAdmin(controller, pathBelow(this.app.getGlobalPrefix(), settings));
  }
}

/** For `imports: [PersistenceAdminModule]`. */
function adminWithoutOptions(): PersistenceError {
  const error = new PersistenceError(
    'ADMIN_UNGUARDED',
    'PersistenceAdminModule is imported as a bare class, with neither a token nor a guard.',
  );
  new Logger('Persistence').error(errorLine(error));
  return error;
}

function findLife(moduleRef: ModuleRef, database: string): DatabaseLife {
  try {
    return moduleRef.get<DatabaseLife>(lifeToken(database), { strict: false });
  } catch (cause) {
    throw moduleMissing(database, cause);
  }
}
