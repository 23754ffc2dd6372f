import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { PersistenceErrorData } from '../../libs/errors';
import type { ReplicaEvent, ReplicaStatus, StartOutcome } from '../../libs/replica';
import type { Request, StartRequest } from './app.child';

const REGISTER = join(__dirname, '../setup/swc-register.cjs');

/** What the child refused, with its code. */
export class Refused extends Error {
  constructor(readonly data: PersistenceErrorData) {
    super(`${data.code}: ${data.message} ${data.hint}`);
  }
}

/** An app in a process of its own, driven by messages, that can be killed like one. */
export class AppProcess {
  private readonly waiting = new Map<
    number,
    { resolve(value: unknown): void; reject(error: Error): void }
  >();
  private nextId = 1;

  private constructor(private readonly child: ChildProcess) {
    child.on(
      'message',
      (message: { id: number; result?: unknown; error?: PersistenceErrorData }) => {
        const waiter = this.waiting.get(message.id);
        this.waiting.delete(message.id);
        if (message.error) waiter?.reject(new Refused(message.error));
        else waiter?.resolve(message.result);
      },
    );
    child.on('exit', () => {
      for (const waiter of this.waiting.values())
        waiter.reject(new Error('the app process has ended'));
    });
  }

  static async launch(): Promise<AppProcess> {
    const child = fork(join(__dirname, 'app.child.ts'), {
      execArgv: ['--require', REGISTER],
      stdio: 'inherit',
    });
    await once(child, 'message');
    return new AppProcess(child);
  }

  /** Launches and starts in one go. */
  static async start(request: StartRequest): Promise<{ app: AppProcess; outcome: StartOutcome }> {
    const app = await AppProcess.launch();
    try {
      return { app, outcome: (await app.ask({ do: 'start', ...request })) as StartOutcome };
    } catch (error) {
      await app.kill();
      throw error;
    }
  }

  ask(request: Request): Promise<unknown> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, request });
    });
  }

  async exec(sql: string): Promise<void> {
    await this.ask({ do: 'exec', sql });
  }

  /** Executes, then waits until it is stored. */
  async store(sql: string): Promise<number> {
    await this.exec(sql);
    return ((await this.ask({ do: 'flush' })) as { txid: number }).txid;
  }

  all(sql: string): Promise<unknown[]> {
    return this.ask({ do: 'all', sql }) as Promise<unknown[]>;
  }

  status(): Promise<ReplicaStatus> {
    return this.ask({ do: 'status' }) as Promise<ReplicaStatus>;
  }

  async events(): Promise<{ events: ReplicaEvent[]; warnings: string[] }> {
    return (await this.ask({ do: 'events' })) as { events: ReplicaEvent[]; warnings: string[] };
  }

  /** Clean end; resolves to whether it was. */
  async stop(): Promise<boolean> {
    const clean = (await this.ask({ do: 'stop' })) as boolean;
    await this.kill();
    return clean;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exited;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}
