import type { AsyncResource } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ConfirmStored } from './confirm-stored';
import { type DurableDatabase, transactionsAround } from './durable-database';
import {
  answerDropped,
  GATED_METHODS,
  type GatedMethod,
  type NativeMethods,
  nativeMethods,
  sizeOfCall,
} from './gated-methods';
import { headersSent, HeldLooks } from './held-look';
import type { OpenTransaction } from './open-transaction';
import { clearAnswer, headersOf, replacementFor } from './replacement';

/** What the gates of all responses of an app have in common. */
export interface GateRules {
  /** Every answer waits for these, those marked by `@Durable()` for all that are `replicated`. */
  readonly confirmed: readonly DurableDatabase[];
  readonly replicated: readonly DurableDatabase[];
  readonly confirm: ConfirmStored;
  /** An async context outside of every transaction. */
  readonly outside: AsyncResource;
  /** The app closes its connections: one that were kept alive would keep it from ending. */
  readonly closing: boolean;
  refused(what: string, error: unknown): void;
}

/**
 * A response may hold a chunk of any size; one that is written to on and on, although `write` returned false, is cut when
 * so many bytes wait.
 */
const HELD_BYTES_MAX = 16 * 1024 * 1024;

const GATE = Symbol('nestjs-persistence response gate');
type Gated = ServerResponse & { [GATE]?: ResponseGate };

/** Puts a gate on the response, once, whoever calls first. An app inside another one adds its databases. To be called before anything can answer. */
export function attachGate(req: IncomingMessage, res: ServerResponse, rules: GateRules): void {
  const gated = res as Gated;
  if (gated[GATE] !== undefined) return gated[GATE].join(rules);
  gated[GATE] = new ResponseGate(req, res, rules);
  // Properties of its own, because Express replaces the prototype; shared functions, because each closure costs.
  const methods = res as unknown as NativeMethods;
  for (const method of GATED_METHODS) if (method in res) methods[method] = THROUGH_GATE[method];
}

/** What `@Durable()` says of the handler that answers. Of an answer that has begun (by middleware), the rest waits. */
export function markDurable(res: ServerResponse, durable: boolean): void {
  (res as Gated)[GATE]?.mark(durable);
}

const THROUGH_GATE = Object.fromEntries(
  GATED_METHODS.map((method) => [
    method,
    function (this: Gated, ...args: unknown[]) {
      return this[GATE]!.call(method, args);
    },
  ]),
) as NativeMethods;

const LOOKS = new HeldLooks((response) => (response as Gated)[GATE]!.endWaits);

function onClose(this: Gated): void {
  this[GATE]!.closed();
}

interface HeldCall {
  readonly method: GatedMethod;
  readonly args: unknown[];
  readonly transactions: readonly OpenTransaction[];
  /** `performance.now()` of the call. */
  readonly since: number;
}

/**
 * - `undecided`: nothing has been sent yet. `open`: calls pass.
 * - `holding`: calls wait for what was committed before them.
 * - `replaced`: another answer was sent. `gone`: the connection is closed.
 */
type State = 'undecided' | 'open' | 'holding' | 'replaced' | 'gone';

/**
 * Lets what a response sends leave when everything that was committed when it was written is stored. Calls are deferred
 * and then made as they came; each round of them waits by itself, so that of a stream, too, every byte is confirmed.
 */
class ResponseGate {
  #waitsFor: readonly DurableDatabase[];
  /** Those of all apps that the request passes. */
  #replicated: readonly DurableDatabase[];
  readonly #native: NativeMethods;
  #state: State = 'undecided';
  #queue: HeldCall[] = [];
  #heldBytes = 0;
  /** Deferred calls are being made: what they call in turn passes. */
  #executing = false;
  #pumping = false;
  /** The caller was told to wait for `drain`. */
  #owesDrain = false;
  /** Something has left, so that no other answer can take its place. */
  #sent = false;
  /** What the response was when its look was changed. */
  #before: { prototype: object; statusCode: number; statusMessage: string } | undefined;

  constructor(
    private readonly req: IncomingMessage,
    private readonly res: ServerResponse,
    private readonly rules: GateRules,
  ) {
    this.#waitsFor = isPreflight(req) ? [] : rules.confirmed;
    this.#replicated = rules.replicated;
    this.#native = nativeMethods(res);
  }

  mark(durable: boolean): void {
    if (this.#state === 'undecided') this.#waitsFor = durable ? this.#replicated : [];
    else if (this.#state === 'open' && durable && this.#replicated.length > 0) {
      this.#waitsFor = this.#replicated;
      this.#beginToHold();
    }
  }

  join({ confirmed, replicated }: GateRules): void {
    if (replicated.every((database) => this.#replicated.includes(database))) return;
    this.#replicated = [...this.#replicated, ...replicated];
    if (this.#state === 'undecided' && !isPreflight(this.req)) {
      this.#waitsFor = [...this.#waitsFor, ...confirmed];
    }
  }

  get endWaits(): boolean {
    return this.#queue.some(({ method }) => method === 'end');
  }

  call(method: GatedMethod, args: unknown[]): unknown {
    if (this.#executing || !this.#waits(method)) return this.#native[method].apply(this.res, args);
    if (this.#state !== 'holding') answerDropped(args);
    else if (method === 'writeEarlyHints') this.#skip(args);
    else this.#hold(method, args);
    return method === 'write' ? false : this.res;
  }

  #waits(method: GatedMethod): boolean {
    if (this.#state === 'open') return false;
    if (this.#state !== 'undecided') return true;
    const open = this.#waitsFor.length === 0;
    // By these alone no data leave, and a guard may still say that the answer waits.
    if (open && (method === 'writeHead' || method === 'writeEarlyHints')) return false;
    if (open) this.#state = 'open';
    else this.#beginToHold();
    return !open;
  }

  #beginToHold(): void {
    this.#state = 'holding';
    this.#sent = this.res.headersSent;
    this.res.once('close', onClose);
  }

  /** Early hints are an offer; they are not sent, and that is all right. */
  #skip(args: readonly unknown[]): void {
    const callback = args.findLast((each) => typeof each === 'function') as
      (() => void) | undefined;
    callback?.();
  }

  #hold(method: GatedMethod, args: unknown[]): void {
    if (method === 'writeHead' && (this.#before !== undefined || this.#sent)) {
      throw headersSent('write');
    }
    if (this.#heldBytes > HELD_BYTES_MAX && sizeOfCall(args) > 0) {
      answerDropped(args);
      return this.#cut(new Error('It was written to on and on while it waited.'));
    }
    this.#changeLook();
    this.#heldBytes += sizeOfCall(args);
    this.#queue.push({
      method,
      args,
      transactions: transactionsAround(this.#waitsFor),
      since: performance.now(),
    });
    if (method === 'write') this.#owesDrain = true;
    // A head alone sends nothing, and as long as nothing has left there can be another answer.
    if (method !== 'writeHead' && !this.#pumping) void this.#pump();
  }

  /** Never rejects. Round by round: what is called while one waits is of the next. */
  async #pump(): Promise<void> {
    this.#pumping = true;
    while (this.#queue.length > 0 && this.#state === 'holding') {
      const round = this.#queue.length;
      try {
        await this.#confirm(this.#queue);
      } catch (error) {
        this.#refuse(error);
        break;
      }
      if (this.#state === 'holding') this.#execute(this.#queue.splice(0, round));
    }
    this.#pumping = false;
  }

  #confirm(calls: readonly HeldCall[]): Promise<void> {
    const { confirm, outside } = this.rules;
    const transactions = new Set(calls.flatMap((call) => call.transactions));
    const waitedMs = performance.now() - calls[0]!.since;
    return outside.runInAsyncScope(confirm, undefined, this.#waitsFor, transactions, waitedMs);
  }

  #execute(calls: readonly HeldCall[]): void {
    let wantsMore = true;
    this.#restoreLook();
    this.#endConnection();
    this.#executing = true;
    try {
      for (const { method, args } of calls) {
        const result = this.#native[method].apply(this.res, args);
        if (method === 'write') wantsMore = result as boolean;
        this.#heldBytes -= sizeOfCall(args);
      }
      this.#sent = true;
    } catch (error) {
      // An invalid header or chunk, which the caller would have been told of at once.
      this.#executing = false;
      this.#sent ||= this.res.headersSent;
      return this.#refuse(error);
    }
    this.#executing = false;
    if (this.#queue.length > 0) this.#changeLook();
    else if (this.#owesDrain && wantsMore && !this.res.writableEnded) {
      this.#owesDrain = false;
      this.res.emit('drain');
    }
  }

  #refuse(error: unknown): void {
    if (this.#state !== 'holding') return;
    if (this.#sent) return this.#cut(error);
    const { res, req } = this;
    const dropped = this.#takeAll();
    this.#state = 'replaced';
    this.#restoreLook();
    const head = dropped.find(({ method }) => method === 'writeHead');
    const { status, headers, body } = replacementFor(error, headersOf(head?.args));
    this.rules.refused(`An answer was replaced by a ${status}`, error);
    clearAnswer(req, res, status);
    this.#endConnection();
    this.#executing = true;
    this.#native.writeHead.call(res, status, headers);
    this.#native.end.call(res, body);
    this.#executing = false;
    for (const { args } of dropped) answerDropped(args);
  }

  /** Where something has left already, or waits beyond all measure, nothing but this tells the client. */
  #cut(error: unknown): void {
    const dropped = this.#takeAll();
    this.#state = 'gone';
    this.rules.refused('The connection of an answer was cut', error);
    this.#restoreLook();
    this.res.destroy(error instanceof Error ? error : undefined);
    for (const { args } of dropped) answerDropped(args);
  }

  closed(): void {
    if (this.#state === 'holding') this.#state = 'gone';
    for (const { args } of this.#takeAll()) answerDropped(args);
  }

  #takeAll(): HeldCall[] {
    this.#heldBytes = 0;
    return this.#queue.splice(0);
  }

  /** Or `server.close()` would wait until the idle connection is given up, 6 to 73 seconds later. */
  #endConnection(): void {
    if (!this.rules.closing || this.req.httpVersionMajor >= 2 || this.res.headersSent) return;
    this.res.setHeader('connection', 'close');
  }

  /** While calls wait, the response looks as it would had they been made. */
  #changeLook(): void {
    if (this.#before !== undefined) return;
    const { res, req } = this;
    const prototype = Object.getPrototypeOf(res) as object;
    const statusMessage = req.httpVersionMajor < 2 ? res.statusMessage : '';
    this.#before = { prototype, statusCode: res.statusCode, statusMessage };
    Object.setPrototypeOf(res, LOOKS.of(prototype));
  }

  /** What was assigned meanwhile came too late to be sent. */
  #restoreLook(): void {
    if (this.#before === undefined) return;
    const { prototype, statusCode, statusMessage } = this.#before;
    this.#before = undefined;
    Object.setPrototypeOf(this.res, prototype);
    this.res.statusCode = statusCode;
    if (this.req.httpVersionMajor < 2) this.res.statusMessage = statusMessage;
  }
}

/** A browser's question whether it may ask. Some give it no time. */
function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && 'origin' in headers && 'access-control-request-method' in headers;
}
