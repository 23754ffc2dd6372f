import type { EntityManager } from 'typeorm';
import type { FrameOwner } from './frame';
import type { IsolatedRunner, Session } from './isolated-runner';
import { Origin } from './origin';
import { newScope, runInScope } from './scope';
import type { ManagerClass } from './typeorm-version';

type Work<T> = (manager: EntityManager) => Promise<T>;
type Operation = (this: EntityManager, ...parameters: unknown[]) => Promise<unknown>;

/** They open a transaction where none is open. */
const IMPLICIT = ['save', 'remove', 'softRemove', 'recover'] as const;

/** TypeORM's entity manager, whose calls that open transactions run in a scope of their own, which what they call finds. */
export function isolatedManager(Base: ManagerClass, session: Session): ManagerClass {
  class Manager extends Base {
    override async transaction<T>(first: string | Work<T>, second?: Work<T>): Promise<T> {
      // oxlint-disable-next-line typescript/unbound-method -- named, not called
      const origin = new Origin(Manager.prototype.transaction);
      const isolation = typeof first === 'string' ? first : undefined;
      const work = typeof first === 'string' ? second : first;
      if (typeof work !== 'function') throw new TypeError('transaction() needs a function to run.');
      const runner = (this.queryRunner ?? session.dataSource.createQueryRunner()) as IsolatedRunner;
      const own = this.queryRunner === undefined;
      const scope = newScope(session.dataSource, 'callback', own);
      return runInScope(scope, async () => {
        try {
          return await inTransaction(runner, isolation, origin, work);
        } finally {
          if (own) await runner.release();
        }
      });
    }
  }

  const target = Manager.prototype as unknown as Record<string, Operation>;
  for (const name of IMPLICIT) {
    const inherited = Base.prototype[name] as Operation;
    target[name] = function (this: EntityManager, ...parameters: unknown[]) {
      if (!session.isOpen) return inherited.apply(this, parameters);
      const { transactions } = session;
      const runner = this.queryRunner as (FrameOwner & object) | undefined;
      if (runner !== undefined && transactions.frames.isInside(runner)) {
        return inherited.apply(this, parameters);
      }
      const scope = newScope(session.dataSource, 'implicit', runner === undefined);
      return runInScope(scope, () => inherited.apply(this, parameters));
    };
  }
  return Manager;
}

async function inTransaction<T>(
  runner: IsolatedRunner,
  isolation: string | undefined,
  origin: Origin,
  work: Work<T>,
): Promise<T> {
  const frame = await runner.begin(isolation, origin);
  try {
    const result = await work(runner.manager);
    await runner.commit(frame);
    return result;
  } catch (error) {
    // Whatever a subscriber says to it, nothing of it is left.
    await runner.rollback(frame).catch(() => {});
    throw error;
  }
}
