import type { Broadcaster } from 'typeorm/subscriber/Broadcaster.js';
import type { Scope } from './frame';
import { aftermathOf, runAsPartOf } from './scope';
import type { BroadcasterClass } from './typeorm-version';

/** What is used here of the query runner that broadcasts. */
interface BroadcastingRunner {
  readonly session: { readonly isOpen: boolean; readonly dataSource: object };
  scopeByHand(): Scope | undefined;
}

type Broadcast = (this: Broadcaster, ...parameters: unknown[]) => unknown;

const AFTERMATH = /^broadcastAfterTransaction(?:Commit|Rollback)Event$/;

/**
 * TypeORM's broadcaster, made to call subscribers and listeners as part of the transaction, so that the repositories that
 * they use join it; and behind the end of the transaction as outside it.
 */
export function isolatedBroadcaster(Base: BroadcasterClass): BroadcasterClass {
  class IsolatedBroadcaster extends Base {}
  const target = IsolatedBroadcaster.prototype as unknown as Record<string, Broadcast>;
  for (const name of Object.getOwnPropertyNames(Base.prototype)) {
    if (!/^broadcast\w+Event$/.test(name)) continue;
    const inherited = target[name]!;
    target[name] = function (this: Broadcaster, ...parameters: unknown[]) {
      const { queryRunner } = this as unknown as { queryRunner: BroadcastingRunner };
      const call = () => inherited.apply(this, parameters);
      const scope = AFTERMATH.test(name) ? aftermath(queryRunner) : queryRunner.scopeByHand();
      return scope === undefined ? call() : runAsPartOf(scope, call);
    };
  }
  return IsolatedBroadcaster;
}

function aftermath({ session }: BroadcastingRunner): Scope | undefined {
  if (!session.isOpen) return undefined; // The transaction that destroy() waited for.
  return aftermathOf(session.dataSource);
}
