import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { inodeOf, postMortem, type Remains } from './death/post-mortem';
import { DemoProcess, type Origin, type Places } from './demo-process';
import { ACKNOWLEDGED_MIN, type LifeReport } from './life-report';
import { Load } from './load/load';
import type { PlatformModel, Settled } from './model/platform-model';
import { checkOpening } from './opening';
import { walSalts } from './death/wal-cut';
import type { Random } from './random';

const LOAD_MS = [700, 1_900] as const;
const LOAD_MAX_MS = 20_000;
const POLL_MS = 2;
/** A long life goes on until the write-ahead log has been restarted, and this much longer. */
const LONG_MAX_MS = 20_000;
const AFTER_RESTART_MS = [0, 300] as const;
/** Lines of a start; an early kill comes shortly after one of them. A start that continues a file restores nothing. */
const OWNED = 'Commits are stored from here on';
const START_LINES = ['Found: ', 'Restoring TXID', OWNED];
const AFTER_LINE_MAX_MS = 60;
/** The last of them is near the end. */
const AFTER_OWNED_MAX_MS = 10;
const LISTENING = 'Listening on';
const PROBLEMS_SHOWN = 20;

export interface LifeInput {
  readonly life: number;
  /** Whether it is to be killed before it is ready. */
  readonly early: boolean;
  /** Whether it is to live until its log has been restarted. */
  readonly long: boolean;
  /** What was done to the disk, in words, and what the start has to make of it (null: several ways are right). */
  readonly disk: string;
  readonly expected: Origin | null;
  /** What had been set aside on it already, if the start has to set aside what it finds. */
  readonly aside: ReadonlySet<string> | null;
  /** Inode of the database on it if that is not to be compared with the replica. */
  readonly spoiled: bigint | null;
  readonly places: Places;
  readonly model: PlatformModel;
  readonly random: Random;
  /** Where the log and the remains go. */
  readonly root: string;
}

export interface LivedLife {
  readonly report: LifeReport;
  /** Null if the life failed before its death was looked at. */
  readonly remains: Remains | null;
  readonly settled: Settled;
}

/** From launch to SIGKILL, and what was found behind it. */
export async function live(input: LifeInput): Promise<LivedLife> {
  return new Life(input).run();
}

class Life {
  private readonly app: DemoProcess;
  private readonly inodeBefore: bigint | null;
  private readonly lost: string[] = [];
  private readonly problems: string[] = [];
  private readyMs: number | null = null;
  private livedMs = 0;
  private load: Load | null = null;
  private settled: Settled = { done: 0, undone: 0 };

  constructor(private readonly input: LifeInput) {
    this.inodeBefore = inodeOf(input.places.database);
    this.app = DemoProcess.launch(input.places);
  }

  async run(): Promise<LivedLife> {
    let remains: Remains | null = null;
    let pages: LifeReport['pages'] = { kind: 'skipped', reason: 'the life failed' };
    try {
      await (this.input.early ? this.dieEarly() : this.dieUnderLoad());
      const findings = await this.lookAtDeath();
      ({ remains, pages } = findings);
      this.lost.push(...findings.wrong.filter((each) => !this.lost.includes(each)));
    } catch (error) {
      this.problems.push((error as Error).message);
    } finally {
      await this.app.kill();
      writeFileSync(join(this.input.root, `life-${this.input.life}.log`), `${this.app.log}\n`);
    }
    return { report: this.report(pages), remains, settled: this.settled };
  }

  private async dieEarly(): Promise<void> {
    const { random } = this.input;
    const pattern = new RegExp(`${random.pick(START_LINES)}|${OWNED}|${LISTENING}`);
    const [line] = (await this.app.line(pattern)) ?? [];
    await delay(random.int(0, line === OWNED ? AFTER_OWNED_MAX_MS : AFTER_LINE_MAX_MS));
    this.demandRunning();
    this.livedMs = this.app.age;
    await this.app.kill();
    if (this.app.log.includes(LISTENING)) this.readyMs = this.livedMs;
  }

  private async dieUnderLoad(): Promise<void> {
    const { life, model, expected, aside, places } = this.input;
    const url = await this.app.ready();
    this.readyMs = this.app.age;
    const { app } = this;
    const { database } = places;
    const opening = await checkOpening({ app, url, model, life, database, expected, aside });
    this.settled = opening.settled;
    this.lost.push(...opening.lost);
    this.problems.push(...opening.problems);
    if (opening.lost.length === 0) await this.loadUntilKilled(url);
    else await this.app.kill();
  }

  private async loadUntilKilled(url: string): Promise<void> {
    const { life, model, random, long } = this.input;
    const { durability } = this.input.places;
    const load = new Load({ url, life, model, durability, random: random.fork('load') });
    this.load = load;
    if (long) await this.logRestarted();
    const [least, most] = long ? AFTER_RESTART_MS : LOAD_MS;
    await delay(random.int(least, most));
    const end = this.app.age + LOAD_MAX_MS;
    const enough = (): boolean => load.tally.acknowledged >= ACKNOWLEDGED_MIN;
    while (!enough() && this.app.running && this.app.age < end) await delay(POLL_MS);
    this.demandRunning();
    await load.lastWrite();
    load.end();
    this.livedMs = this.app.age;
    await this.app.kill();
    await load.settled();
    this.problems.push(...load.tally.problems.slice(0, PROBLEMS_SHOWN));
  }

  /** Resolves when the log has been begun anew (reading it from here disturbs nobody), or after a while. */
  private async logRestarted(): Promise<void> {
    const log = `${this.input.places.database}-wal`;
    const before = walSalts(log);
    const end = this.app.age + LONG_MAX_MS;
    while (this.app.running && this.app.age < end && walSalts(log) === before) await delay(POLL_MS);
  }

  private demandRunning(): void {
    if (this.app.running) return;
    this.load?.end();
    throw new Error(`The demo ended by itself; it printed:\n${this.app.log}`);
  }

  private async lookAtDeath() {
    const { places, root, life, model, spoiled } = this.input;
    return postMortem({
      database: places.database,
      replica: await places.store.replica(),
      folder: join(root, `life-${life}`),
      model,
      inodeBefore: this.inodeBefore,
      spoiled,
    });
  }

  private report(pages: LifeReport['pages']): LifeReport {
    const { life, early, disk } = this.input;
    const { readyMs, livedMs, lost, problems } = this;
    const { acknowledged = 0, refused = 0, inFlight = 0, broken = 0 } = this.load?.tally ?? {};
    const { shown = 0, shownEarly = 0 } = this.load?.tally ?? {};
    const tally = { acknowledged, refused, inFlight, broken, shown, shownEarly };
    const { origin } = this.app;
    return { life, early, disk, origin, readyMs, livedMs, ...tally, pages, lost, problems };
  }
}
