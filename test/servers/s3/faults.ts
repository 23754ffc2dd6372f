import { type S3Operation } from './request';

/**
 * - `fail`: this answer instead of the work; with `worked` after it.
 * - `drop`: the connection is closed before the work; `drop-answer`: after it, before the answer.
 * - `cut-upload`: the connection is closed when the body of the request begins to arrive.
 * - `cut-body`: the answer ends after so many bytes of its body.
 * - `silence`: nothing is done and nothing heard; with `worked` it was done.
 * - `delay`: the work begins later.
 */
export type S3Fault =
  | {
      readonly kind: 'fail';
      readonly status: number;
      readonly code?: string;
      readonly worked?: boolean;
    }
  | { readonly kind: 'drop' }
  | { readonly kind: 'drop-answer' }
  | { readonly kind: 'cut-upload' }
  | { readonly kind: 'cut-body'; readonly after: number }
  | { readonly kind: 'silence'; readonly worked?: boolean }
  | { readonly kind: 'delay'; readonly ms: number };

export const SLOW_DOWN: S3Fault = { kind: 'fail', status: 503, code: 'SlowDown' };
export const TOO_MANY_REQUESTS: S3Fault = { kind: 'fail', status: 429, code: 'TooManyRequests' };
export const CONFLICT: S3Fault = { kind: 'fail', status: 409, code: 'ConditionalRequestConflict' };

/** Plain data, so that another process can send it. */
export interface S3FaultRule {
  readonly fault: S3Fault;
  /** Requests it is meant for; all, where left out. */
  readonly when?: {
    readonly operations?: readonly S3Operation[];
    /** Part of the key; of a request about the bucket, of its prefix. */
    readonly key?: string;
  };
  /** Of those, how many go well before (default 0). */
  readonly skip?: number;
  /** How many after these meet the fault (default 1). */
  readonly times?: number;
}

const RULES_MAX = 1000;

/** A bad day, by script: the first rule that fits a request is applied to it. */
export class S3Faults {
  /** Added to every request, in ms. */
  latencyMs = 0;
  /** No credentials are known any more: 403 InvalidAccessKeyId. */
  revoked = false;
  readonly #rules: { readonly rule: S3FaultRule; met: number }[] = [];

  /** Adds a rule behind those that stand. */
  inject(rule: S3FaultRule): this {
    if (this.#rules.length >= RULES_MAX) throw new Error(`more than ${RULES_MAX} rules`);
    this.#rules.push({ rule, met: 0 });
    return this;
  }

  /** From here on all goes well; latency stays. */
  heal(): void {
    this.#rules.length = 0;
    this.revoked = false;
  }

  faultFor(operation: S3Operation, key: string): S3Fault | undefined {
    for (const entry of this.#rules) {
      const { when, skip = 0, times = 1, fault } = entry.rule;
      if (entry.met >= skip + times) continue;
      if (when?.operations?.includes(operation) === false) continue;
      if (when?.key !== undefined && !key.includes(when.key)) continue;
      entry.met++;
      if (entry.met > skip) return fault;
    }
    return undefined;
  }
}
