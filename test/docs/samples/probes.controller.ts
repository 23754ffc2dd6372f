// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { Durable, PersistenceHealthIndicator } from 'nestjs-persistence';

@Durable(false) // a probe never waits for the store
@Controller('health')
export class ProbesController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly persistence: PersistenceHealthIndicator,
  ) {}

  /** Restart me if this fails. */
  @Get('live')
  @HealthCheck()
  live() {
    return this.health.check([() => this.persistence.isAlive('database')]);
  }

  /** Send me requests while this is fine. */
  @Get('ready')
  @HealthCheck()
  ready() {
    return this.health.check([() => this.persistence.isHealthy('database', { lagMaxMs: 5_000 })]);
  }

  /** Wake somebody if this fails. */
  @Get('alert')
  @HealthCheck()
  alert() {
    const limits = { lagMaxMs: 60_000, backupAgeMaxMs: 2 * 3_600_000 };
    return this.health.check([() => this.persistence.isHealthy('database', limits)]);
  }
}
