import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { DatabaseLife } from '../database/database-life';
import { DEFAULT_NAME } from '../module/default-name';
import { moduleMissing } from '../module/module-missing';
import { lifeToken } from '../module/tokens';
import { unhealthyReason } from './health-verdict';

/** A Terminus result: `{ [key]: { status: 'up' | 'down', ... } }`. */
export type PersistenceHealthResult<Key extends string> = Record<
  Key,
  { status: 'up' | 'down' } & Record<string, unknown>
>;

/**
 * Says whether commits reach the store, in the shape that Terminus 11 and 12 read. It needs no part of Terminus itself, so
 * an app without it can use the result as it is. Meant for readiness; a liveness probe must not depend on a store.
 */
@Injectable()
export class PersistenceHealthIndicator {
  constructor(@Inject(ModuleRef) private readonly moduleRef: ModuleRef) {}

  /**
   * Down with a `reason` while the database is restored, when another instance owns it, when commits have not been stored
   * for `lagMaxMs` (default: the module's option), and when a transaction is open for more than `transactionMaxMs`.
   *
   * @example health.check([() => this.persistence.isHealthy('database', { lagMaxMs: 5_000 })])
   */
  isHealthy<const Key extends string>(
    key: Key,
    options: { readonly lagMaxMs?: number; readonly database?: string } = {},
  ): PersistenceHealthResult<Key> {
    const life = this.#life(options.database ?? DEFAULT_NAME);
    const status = life.status();
    const { settings } = life;
    const reason = unhealthyReason(status, {
      lagMaxMs: options.lagMaxMs ?? settings.lagMaxMs,
      transactionMaxMs: settings.transactionMaxMs,
    });
    const result: PersistenceHealthResult<string>[string] = {
      status: reason === null ? 'up' : 'down',
      ...(reason === null ? {} : { reason }),
      summary: status.summary,
      role: status.role,
      storage: status.storage,
      durableTxid: status.durableTxid,
      lagMs: status.lag.ms,
      lagCommits: status.lag.commits,
      lagBytes: status.lag.bytes,
      ...(status.error === null ? {} : { code: status.error.code, hint: status.error.hint }),
    };
    return { [key]: result } as PersistenceHealthResult<Key>;
  }

  #life(name: string): DatabaseLife {
    try {
      return this.moduleRef.get<DatabaseLife>(lifeToken(name), { strict: false });
    } catch (cause) {
      throw moduleMissing(name, cause);
    }
  }
}
