import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { DurabilityGate } from './durability-gate';
import { DurableGuard } from './durable.guard';
import { DurableDatabases } from './durable-databases';

/** Answers that wait. Once per app, whatever the number of its databases. */
@Module({
  providers: [DurableDatabases, DurabilityGate, { provide: APP_GUARD, useClass: DurableGuard }],
  exports: [DurableDatabases],
})
export class DurabilityModule {}
