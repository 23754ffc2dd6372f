import { Controller, Get } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  HealthCheck,
  type HealthCheckResult,
  HealthCheckService,
  TypeOrmHealthIndicator,
} from '@nestjs/terminus';
import { Durable, PersistenceHealthIndicator } from 'nestjs-persistence';
import { CatalogueHealthIndicator } from './catalogue-health.indicator';

/** Commits that wait longer than this for the store make the app unhealthy. */
const LAG_MAX_MS = 5_000;
/** They come every half hour; two may fail. */
const BACKUP_AGE_MAX_MS = 2 * 3_600_000;

/** These answers never wait for the store (`durability: 'confirmed'` would make them): a probe must not hang where it is away. */
@ApiTags('health')
@Durable(false)
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly typeOrm: TypeOrmHealthIndicator,
    private readonly persistence: PersistenceHealthIndicator,
    private readonly catalogue: CatalogueHealthIndicator,
  ) {}

  /**
   * For a liveness probe: down only where a restart helps. That is no store that is away, but an instance that has been
   * superseded: as a new process it can follow its successor.
   */
  @Get('live')
  @ApiOperation({ summary: 'A restart would not help' })
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.persistence.isAlive('database')]);
  }

  /**
   * For a startup probe, which has to wait as long as a restore takes: nobody listens before the database is restored and
   * owned, and then this is up.
   */
  @Get('startup')
  @ApiOperation({ summary: 'The database is open' })
  @HealthCheck()
  startup(): Promise<HealthCheckResult> {
    return this.health.check([() => this.typeOrm.pingCheck('typeorm')]);
  }

  /** For a readiness probe: the database is open, owned by this instance, and its commits reach the store. */
  @Get('ready')
  @ApiOperation({ summary: 'Requests may be sent here' })
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.replica(), () => this.typeOrm.pingCheck('typeorm')]);
  }

  /** For people and alarms: an old backup is no reason to take an instance out of service. */
  @Get()
  @ApiOperation({ summary: 'Everything, with the progress of the catalogue' })
  @HealthCheck()
  all(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.replica(BACKUP_AGE_MAX_MS),
      () => this.typeOrm.pingCheck('typeorm'),
      () => this.catalogue.look('catalogue'),
    ]);
  }

  private replica(backupAgeMaxMs?: number) {
    const limits = { lagMaxMs: LAG_MAX_MS, ...(backupAgeMaxMs && { backupAgeMaxMs }) };
    return this.persistence.isHealthy('database', limits);
  }
}
