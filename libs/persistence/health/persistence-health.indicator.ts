import { Injectable } from '@nestjs/common';
import { PersistenceError } from '../../errors';

/** A Terminus result: `{ [key]: { status: 'up' | 'down', ... } }`. */
export type PersistenceHealthResult<Key extends string> = Record<
  Key,
  { status: 'up' | 'down' } & Record<string, unknown>
>;

/** Says to Terminus (11 or 12) whether commits reach the store. Needs no part of Terminus itself. */
@Injectable()
export class PersistenceHealthIndicator {
  /** `health.check([() => this.persistence.isHealthy('database', { lagMaxMs: 5_000 })])` */
  isHealthy<const Key extends string>(
    _key: Key,
    _options: { readonly lagMaxMs?: number; readonly database?: string } = {},
  ): PersistenceHealthResult<Key> {
    throw new PersistenceError('INTERNAL', 'Not here yet.');
  }
}
