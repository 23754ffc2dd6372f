import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { DatabaseLife } from '../database/database-life';
import { DEFAULT_NAME } from '../module/default-name';
import { moduleMissing } from '../module/module-missing';
import { lifeToken } from '../module/tokens';
import { formatTime } from '../log/units';
import type { PersistenceStatus } from '../persistence-status';
import { deadReason, unhealthyReason } from './health-verdict';

/** A Terminus result: `{ [key]: { status: 'up' | 'down', ... } }`. */
export type PersistenceHealthResult<Key extends string> = Record<
  Key,
  { status: 'up' | 'down' } & Record<string, unknown>
>;

export interface HealthOptions {
  /** Age of the oldest commit that is not stored (ms; default: the module's option). */
  readonly lagMaxMs?: number;
  /** Age of the plain backup (ms; default: not looked at). One that holds the newest state does not age. */
  readonly backupAgeMaxMs?: number;
  /** Name of the database. */
  readonly database?: string;
}

export interface LivenessOptions {
  /** How long an instance that was superseded goes on serving reads (ms; default 60,000). */
  readonly fencedLivenessMs?: number;
  /** Name of the database. */
  readonly database?: string;
}

const FENCED_LIVENESS_MS = 60_000;

/**
 * Says whether commits reach the store, in the shape that Terminus 11 and 12 read. It needs no part of Terminus itself, so
 * an app without it can use the result as it is. Never a request to the store. `isHealthy` is meant for readiness and
 * startup, `isAlive` for liveness, which must not depend on a store.
 */
@Injectable()
export class PersistenceHealthIndicator {
  constructor(@Inject(ModuleRef) private readonly moduleRef: ModuleRef) {}

  /**
   * Down with a `reason` while the database is restored, when another instance owns it, when commits have not been stored
   * for `lagMaxMs` (default: the module's option), when a transaction is open for more than `transactionMaxMs`
   * (TypeORM's, or one of another connection or process that writes), and, where
   * `backupAgeMaxMs` is given, when the newest state has been without a backup for longer.
   *
   * @example health.check([() => this.persistence.isHealthy('database', { lagMaxMs: 5_000 })])
   */
  isHealthy<const Key extends string>(
    key: Key,
    options: HealthOptions = {},
  ): PersistenceHealthResult<Key> {
    const life = this.#life(options.database ?? DEFAULT_NAME);
    const status = life.status();
    const { settings } = life;
    const reason = unhealthyReason(status, {
      lagMaxMs: options.lagMaxMs ?? settings.lagMaxMs,
      transactionMaxMs: settings.transactionMaxMs,
      backupAgeMaxMs: options.backupAgeMaxMs,
    });
    return result(key, reason, details(status));
  }

  /**
   * Down only where a restart helps: when another instance has owned the database for more than `fencedLivenessMs`.
   *
   * @example health.check([() => this.persistence.isAlive('database')])
   */
  isAlive<const Key extends string>(
    key: Key,
    options: LivenessOptions = {},
  ): PersistenceHealthResult<Key> {
    const status = this.#life(options.database ?? DEFAULT_NAME).status();
    const { fencedLivenessMs = FENCED_LIVENESS_MS } = options;
    const reason = deadReason(status, Date.now(), fencedLivenessMs);
    return result(key, reason, { role: status.role });
  }

  #life(name: string): DatabaseLife {
    try {
      return this.moduleRef.get<DatabaseLife>(lifeToken(name), { strict: false });
    } catch (cause) {
      throw moduleMissing(name, cause);
    }
  }
}

function result<const Key extends string>(
  key: Key,
  reason: string | null,
  shown: Record<string, unknown>,
): PersistenceHealthResult<Key> {
  const verdict = reason === null ? { status: 'up' as const } : { status: 'down' as const, reason };
  return { [key]: { ...verdict, ...shown } } as PersistenceHealthResult<Key>;
}

function details({ summary, role, storage, ...status }: PersistenceStatus) {
  const { durableTxid, lag, openTransactionMs, backupAgeMs, error } = status;
  return {
    summary,
    role,
    storage,
    durableTxid,
    lagMs: lag.ms,
    lagCommits: lag.commits,
    lagBytes: lag.bytes,
    openTransactionMs,
    backupAgeMs,
    ...(error && { code: error.code, hint: error.hint, since: formatTime(error.since) }),
  };
}
