// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { Durable, PersistenceHealthIndicator } from 'nestjs-persistence';

@Durable(false) // a probe never waits for the store
@Controller('health')
export class LiveController {
  constructor(private readonly persistence: PersistenceHealthIndicator) {}

  /** For the platform: restart me if this fails. */
  @Get('live')
  live() {
    const result = this.persistence.isAlive('database');
    if (result.database.status === 'down') throw new ServiceUnavailableException(result);
    return result;
  }
}
