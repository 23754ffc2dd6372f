import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { HttpException } from '@nestjs/common';
import { PersistenceError } from '../../errors';
import type { DatabaseLife } from '../database/database-life';
import type { RestorePointsQuery } from '../database/rescue-options';
import { redactFolders } from '../log/redact';
import type { Lag } from '../../replica';
import { adminError } from './admin-error';
import { demandJson, readRestoreRequest } from './restore-request';

export interface SyncAnswer {
  readonly stored: boolean;
  readonly txid: number | null;
  readonly reason: string | null;
  /** What waited when the call came. */
  readonly waited: Lag;
  /** Entries that were stored meanwhile. */
  readonly entries: number;
}

export interface RestoreAnswer {
  /** Name of the file, in the folder for restored files of the host that answers. */
  readonly file: string;
  readonly txid: number;
  /** When the state was written (ms since 1970). */
  readonly time: number;
  readonly bytes: number;
  readonly durationMs: number;
}

/** What the endpoints do. Rejects with HTTP exceptions that name no path of the host. */
export class DatabaseAdmin {
  #restoring = false;

  constructor(
    /** Not known before the module of the database has been built. */
    private readonly find: () => DatabaseLife,
    private readonly restoreFolder: string | null,
  ) {}

  get life(): DatabaseLife {
    return this.find();
  }

  get #folder(): string {
    const beside = path.join(path.dirname(this.life.settings.path), 'restored');
    return path.resolve(this.restoreFolder ?? beside);
  }

  status() {
    return this.life.status();
  }

  sync(): Promise<SyncAnswer> {
    return this.#answer(async () => {
      const { lag, durableTxid } = this.life.status();
      const { stored, txid, reason } = await this.life.flush();
      const entries = stored ? (this.life.status().durableTxid ?? 0) - (durableTxid ?? 0) : 0;
      return { stored, txid, reason, waited: lag, entries: Math.max(0, entries) };
    });
  }

  backup() {
    return this.#answer(() => this.life.backup());
  }

  restorePoints(query: Readonly<Record<string, unknown>>) {
    return this.#answer(async () => {
      const asked = Object.fromEntries(
        Object.entries(query).map(([name, value]) => [name, numeric(name, value)]),
      );
      return { points: await this.life.restorePoints(asked as RestorePointsQuery) };
    });
  }

  /** `sent`: the headers that say what the body is. */
  restore(
    body: unknown,
    sent: { readonly length?: string | undefined; readonly type?: string | undefined } = {},
  ): Promise<RestoreAnswer> {
    return this.#answer(async () => {
      demandJson(sent.length, sent.type);
      const { file, options } = readRestoreRequest(body, this.#folder, new Date());
      // Each takes as much disk as the database.
      if (this.#restoring) {
        throw new PersistenceError('RESTORE_UNDER_WAY', 'Another restore is under way.');
      }
      this.#restoring = true;
      try {
        await mkdir(this.#folder, { recursive: true });
        const { txid, time, bytes, durationMs } = await this.life.restore(options);
        return { file, txid, time, bytes, durationMs };
      } finally {
        this.#restoring = false;
      }
    });
  }

  async #answer<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#refusal(error);
    }
  }

  #refusal(error: unknown): HttpException {
    const folder = redactFolders([path.join(this.#folder, 'file')]);
    return adminError(error, (text) => folder(this.life.redact(text)));
  }
}

/** A query is text: numbers in it are told from dates, so that the times of an answer can be sent back. */
function numeric(name: string, value: unknown): unknown {
  if (name === 'limit') return Number(value);
  return typeof value === 'string' && /^\d{1,16}$/.test(value) ? Number(value) : value;
}
