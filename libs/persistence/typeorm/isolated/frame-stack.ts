import type { OpenTransaction, TransactionContext } from '../../durable/open-transaction';
import { currentRequest } from '../../durable/request-scope';
import { Frame, type FrameKind, type FrameOwner, type Scope } from './frame';
import type { Origin } from './origin';
import { inAftermath, keepContexts, liveScope, releaseContexts } from './scope';

/** Where a caller stands: in `frame`; `sibling` is a nested transaction that it is not in, and that has to end first. */
export interface Place {
  readonly frame: Frame;
  readonly sibling?: Frame;
}

/** The levels of the one open transaction, the outermost first, and which of them a caller is in. */
export class FrameStack implements TransactionContext {
  readonly #frames: Frame[] = [];

  constructor(
    /** Stays the same when the DataSource is closed and opened anew, so that what began before that is known to be over. */
    private readonly dataSource: object,
  ) {}

  // --- What is open -------------------------------------------------------------------------------------------------

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  get outermost(): Frame | undefined {
    return this.#frames[0];
  }

  get innermost(): Frame | undefined {
    return this.#frames.at(-1);
  }

  /** Without what only keeps others out: BEGIN, and the savepoints in it. */
  get levels(): readonly Frame[] {
    return this.#frames.filter((frame) => frame.kind !== 'hold');
  }

  /** The database is, or was, told of one. */
  get isStarted(): boolean {
    return this.#frames.some((frame) => frame.started);
  }

  /** What is inside `frame` and ends by itself. */
  endingInside(frame: Frame): Frame | undefined {
    const index = this.#frames.indexOf(frame);
    return this.#frames.find((inner, i) => i > index && index >= 0 && inner.endsByItself);
  }

  push(owner: FrameOwner, kind: FrameKind, scope: Scope, origin: Origin | undefined): Frame {
    const { levels } = this;
    const savepoint =
      kind === 'hold' || levels.length === 0 ? undefined : `typeorm_${levels.length}`;
    const frame = new Frame(owner, kind, scope, savepoint, levels[0], origin);
    if (this.isEmpty) keepContexts(); // Subscribers are called as part of it.
    this.#frames.push(frame);
    if (kind === 'manual') owner.begun.push(frame);
    return frame;
  }

  /** Takes `frame` and all inside it off. Empty if it is not there. */
  cut(frame: Frame): Frame[] {
    const index = this.#frames.indexOf(frame);
    if (index < 0) return [];
    const cut = this.#frames.splice(index);
    if (this.isEmpty) releaseContexts();
    return cut;
  }

  // --- Who is inside ------------------------------------------------------------------------------------------------

  current(): OpenTransaction | undefined {
    for (let scope = liveScope(); scope !== undefined; scope = scope.parent) {
      const { of, frame } = scope;
      if (of !== this.dataSource || frame === undefined || frame.state === 'closed') continue;
      const outermost = frame.outermost.kind === 'hold' ? this.levels[0] : frame.outermost;
      if (outermost !== undefined) return outermost.transaction;
    }
    return undefined;
  }

  /** As `current()`; where that knows nothing, what the calling HTTP request has begun by hand and not ended. */
  ofRequest(): OpenTransaction | undefined {
    const known = this.current();
    if (known !== undefined) return known;
    const [outermost] = this.levels;
    const request = outermost?.request;
    return request !== undefined && request === currentRequest()
      ? outermost!.transaction
      : undefined;
  }

  /** The scope of the caller, if it is that of a call whose transaction the next begin is. */
  adopting(): Scope | undefined {
    const scope = liveScope();
    if (scope?.of !== this.dataSource || scope.adopts === undefined) return undefined;
    return scope.frame?.state === 'open' ? undefined : scope;
  }

  /** Whether the caller, using this query runner, is in the open transaction, or in one that was lost. */
  isInside(owner: FrameOwner): boolean {
    return this.locate(owner) !== undefined;
  }

  /** Levels of BEGIN and SAVEPOINT that are open around the caller. */
  depth(owner: FrameOwner): number {
    const place = this.locate(owner);
    if (place === undefined || place.frame.state === 'closed') return 0;
    return place.frame.state === 'lost' ? 1 : this.levels.length;
  }

  /** The innermost level that the caller has begun through `owner` and not ended. */
  begunBy(owner: FrameOwner): Frame | undefined {
    const byHand = owner.begun.at(-1);
    for (let scope = liveScope(); scope !== undefined; scope = scope.parent) {
      const { of, frame } = scope;
      if (of !== this.dataSource || frame === undefined) continue;
      // What is left of a level that was rolled back has begun nothing of those around it, though the query runner is one.
      if (frame.state === 'closed' && scope.strayed) return undefined;
      if (frame.owner !== owner || frame.state === 'closed') continue;
      return byHand !== undefined && byHand.order > frame.order ? byHand : frame;
    }
    return byHand;
  }

  /** The innermost level that the caller is in. Its async context says so; where that knows nothing, its query runner. */
  locate(owner: FrameOwner): Place | undefined {
    const scope = liveScope();
    if (owner.spent !== undefined && !inAftermath(scope)) return { frame: owner.spent };
    const over = this.#over(owner, scope);
    if (over !== undefined) return { frame: over };
    if (this.isEmpty) return undefined;
    const index = this.#indexOf(owner, scope);
    if (index < 0) return undefined;
    const sibling = this.#frames[index + 1];
    const frame = this.#frames[index]!;
    return sibling === undefined ? { frame } : { frame, sibling };
  }

  /** A level that is no more, but that the caller still takes itself to be in. */
  #over(owner: FrameOwner, innermost: Scope | undefined): Frame | undefined {
    for (let scope = innermost; scope !== undefined; scope = scope.parent) {
      const { of, frame } = scope;
      if (scope.aftermath && of === this.dataSource) break;
      if (of !== this.dataSource || frame === undefined || frame.state === 'open') continue;
      if (frame.state === 'lost' || scope.strayed || frame.owner === owner) return frame;
    }
    return owner.begun.find((frame) => frame.state === 'lost');
  }

  #indexOf(owner: FrameOwner, innermost: Scope | undefined): number {
    let known = -1;
    for (let scope = innermost; scope !== undefined && known < 0; scope = scope.parent) {
      if (scope.of === this.dataSource && scope.frame?.state === 'open') {
        known = this.#frames.indexOf(scope.frame);
      }
    }
    const byHand = this.#frames.findLastIndex(
      (frame) => frame.owner === owner && frame.kind === 'manual',
    );
    if (byHand >= 0 || known >= 0) return this.#within(Math.max(byHand, known));
    // Its manager was handed to code that has lost the context. On a query runner that several share, that says nothing.
    return this.#frames.findLastIndex(
      ({ owner: of, kind, scope }) => of === owner && kind === 'callback' && scope.ownsRunner,
    );
  }

  /** The same code is in what a migration has begun, and in a savepoint that it has set on its own query runner. */
  #within(index: number): number {
    let inner = index;
    for (;;) {
      const { kind, owner } = this.#frames[inner]!;
      const next = this.#frames[inner + 1];
      if (next?.kind !== 'manual' || (kind !== 'hold' && next.owner !== owner)) return inner;
      inner++;
    }
  }
}
