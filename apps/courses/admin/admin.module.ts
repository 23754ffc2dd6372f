import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { PersistenceAdminModule } from 'nestjs-persistence/admin';

const IS_OPEN = 'ADMIN_IS_OPEN';

/** The endpoints below `/api/db-*`, where `PERSISTENCE_ADMIN_TOKEN` is set; elsewhere there are none, and the log says so. */
@Module({})
export class AdminModule implements OnApplicationBootstrap {
  private readonly logger = new Logger(AdminModule.name);

  constructor(@Inject(IS_OPEN) private readonly isOpen: boolean) {}

  static register(token = process.env['PERSISTENCE_ADMIN_TOKEN']): DynamicModule {
    const isOpen = token !== undefined && token.trim() !== '';
    return {
      module: AdminModule,
      imports: isOpen ? [PersistenceAdminModule.forRoot({ token })] : [],
      providers: [{ provide: IS_OPEN, useValue: isOpen }],
    };
  }

  onApplicationBootstrap(): void {
    if (!this.isOpen) {
      this.logger.log('No endpoints below /api/db-*: set PERSISTENCE_ADMIN_TOKEN to have them.');
    }
  }
}
