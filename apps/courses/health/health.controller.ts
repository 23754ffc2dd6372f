import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  TypeOrmHealthIndicator,
} from '@nestjs/terminus';
import { PersistenceHealthIndicator } from 'nestjs-persistence';
import { CatalogueHealthIndicator } from './catalogue-health.indicator';

/** Commits that wait longer than this for the store make the app unhealthy. */
const LAG_MAX_MS = 5_000;

@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly typeOrm: TypeOrmHealthIndicator,
    private readonly persistence: PersistenceHealthIndicator,
    private readonly catalogue: CatalogueHealthIndicator,
  ) {}

  /** The process answers. Restarting it would not help a store that is down, so the store is not asked about here. */
  @Get('live')
  @ApiOperation({ summary: 'The process answers' })
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  /** Requests may be sent here: the database is open, owned by this instance, and its commits reach the store. */
  @Get('ready')
  @ApiOperation({ summary: 'Requests may be sent here' })
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.replica(), () => this.typeOrm.pingCheck('typeorm')]);
  }

  @Get()
  @ApiOperation({ summary: 'Everything, with the progress of the catalogue' })
  @HealthCheck()
  all(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.replica(),
      () => this.typeOrm.pingCheck('typeorm'),
      () => this.catalogue.look('catalogue'),
    ]);
  }

  private replica() {
    return this.persistence.isHealthy('database', { lagMaxMs: LAG_MAX_MS });
  }
}
