// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import { Controller, Get } from '@nestjs/common';
import { HealthCheck, HealthCheckService } from '@nestjs/terminus';
import { Durable, PersistenceHealthIndicator } from 'nestjs-persistence';

@Durable(false) // a probe never waits for the store
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly persistence: PersistenceHealthIndicator,
  ) {}

  @Get('ready')
  @HealthCheck()
  ready() {
    return this.health.check([() => this.persistence.isHealthy('database', { lagMaxMs: 5_000 })]);
  }
}
