import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inodeOf, type Remains } from './death/post-mortem';
import { DemoProcess, type Origin, type Places } from './demo-process';
import type { Durability } from './durability';
import { DISK_SCENARIOS } from './disk/disk-scenarios';
import { setAsides } from './disk/set-aside';
import { live } from './life';
import { failuresOf, hasFailed, type LifeReport } from './life-report';
import { PlatformModel, type Settled } from './model/platform-model';
import { checkOpening } from './opening';
import { Random } from './random';
import { openPlace } from './store/open-place';
import type { StoreKind, StorePlace } from './store/store-place';

export interface CrashOptions {
  readonly lives: number;
  readonly seed: number;
  /** Restart on the disk of the dead life, after something was done to it, instead of on an empty one. */
  readonly keepDisk: boolean;
  /** Where the replica lies (default: a folder). */
  readonly store?: StoreKind;
  /** Which answers are promises (default: those to writes). */
  readonly durability?: Durability;
  /** Told of each life when all is known of it. */
  readonly onLife?: (report: LifeReport) => void;
}

export interface CrashResult {
  readonly seed: number;
  readonly keepDisk: boolean;
  readonly store: StoreKind;
  readonly durability: Durability;
  /** As far as the run came: it ends at the first life that fails, so that later ones do not cover its traces. */
  readonly lives: readonly LifeReport[];
  /** What became of the changes in flight. */
  readonly settled: Settled;
  /** Empty if the run passed. */
  readonly failures: readonly string[];
  /** Folder with replica, disk, logs and remains; null, and removed, if the run passed. */
  readonly evidence: string | null;
}

/** What the next life finds: what was done to the disk, and where its database has to come from (null: open). */
interface Beginning {
  readonly disk: string;
  readonly expected: Origin | null;
  /** What had been set aside on it already, if the start has to set aside what it finds. */
  readonly aside: ReadonlySet<string> | null;
}

/** In the folder of the evidence: every failure, whole. */
export const FAILURES_FILE = 'failures.txt';
const EARLY_EVERY = 4;
const LONG_EVERY = 7;
/** Remains are kept of so many lives, to be put back. */
const REMAINS_KEPT = 3;

/** Runs the demo through lives that all end by SIGKILL, and holds what each start brings back against the model. */
export async function crashRun(options: CrashOptions): Promise<CrashResult> {
  const root = mkdtempSync(join(tmpdir(), 'crash-'));
  const store = await openPlace(options.store ?? 'directory', root);
  try {
    return await new CrashRun(options, root, store).run();
  } finally {
    await store.close();
  }
}

class CrashRun {
  private readonly disk: string;
  private readonly places: Places;
  private readonly random: Random;
  private readonly model = new PlatformModel();
  private readonly lives: LifeReport[] = [];
  private readonly remains: Remains[] = [];
  private settled: Settled = { done: 0, undone: 0 };
  private scenario = 0;
  private spoiled: bigint | null = null;

  constructor(
    private readonly options: CrashOptions,
    private readonly root: string,
    store: StorePlace,
  ) {
    this.random = new Random(`${options.seed}`);
    this.disk = join(root, 'disk');
    const { durability = 'async' } = options;
    this.places = { database: join(this.disk, 'courses.db'), store, durability };
    mkdirSync(this.disk);
  }

  async run(): Promise<CrashResult> {
    const { seed, keepDisk, store = 'directory' } = this.options;
    const failures = await this.runLives();
    failures.push(...failuresOf(this.lives));
    const passed = failures.length === 0;
    if (passed) rmSync(this.root, { recursive: true, force: true });
    else writeFileSync(join(this.root, FAILURES_FILE), `${failures.join('\n\n')}\n`);
    const { lives, settled } = this;
    const { durability } = this.places;
    const evidence = passed ? null : this.root;
    return { seed, keepDisk, store, durability, lives, settled, failures, evidence };
  }

  /** Resolves to what failed in the start that follows the last death. */
  private async runLives(): Promise<string[]> {
    const { places, model, root } = this;
    const { lives, onLife } = this.options;
    let next: Beginning = { disk: 'empty', expected: 'created', aside: null };
    for (let life = 1; life <= lives; life++) {
      const early = life % EARLY_EVERY === 0;
      const long = life % LONG_EVERY === 0;
      const random = this.random.fork(`life ${life}`);
      const plan = { life, early, long, ...next, spoiled: this.spoiled };
      const lived = await live({ ...plan, places, model, random, root });
      this.lives.push(lived.report);
      this.addSettled(lived.settled);
      onLife?.(lived.report);
      if (hasFailed(lived.report)) return [];
      if (lived.remains) this.keep(lived.remains);
      next = this.options.keepDisk ? await this.meddle(lived.report) : this.wipe();
    }
    return this.lastStart(next);
  }

  private keep(remains: Remains): void {
    this.remains.push(remains);
    if (this.remains.length <= REMAINS_KEPT) return;
    rmSync(this.remains.shift()!.folder, { recursive: true, force: true });
  }

  private wipe(): Beginning {
    rmSync(this.disk, { recursive: true });
    mkdirSync(this.disk);
    return { disk: 'wiped', expected: 'restored', aside: null };
  }

  private async meddle({ life, early }: LifeReport): Promise<Beginning> {
    const { database } = this.places;
    const { model } = this;
    const [older, remains] = this.remains.slice(-2);
    // An early death leaves anything between the old file and a restored one, and that is to be met as it is.
    if (early || !older || !remains?.head || !existsSync(database)) {
      return { disk: 'kept', expected: null, aside: null };
    }
    const scenario = DISK_SCENARIOS[this.scenario++ % DISK_SCENARIOS.length]!;
    const random = this.random.fork(`disk ${life}`);
    const disk = { database, remains, older, life, model, random };
    const expected = await scenario.apply(disk);
    this.spoiled = scenario.spoils ? inodeOf(database) : null;
    const aside = expected === 'restored' ? setAsides(database) : null;
    return { disk: scenario.name, expected, aside };
  }

  /** A start that is not killed, and a clean end. */
  private async lastStart({ expected, aside }: Beginning): Promise<string[]> {
    const { model } = this;
    const life = this.options.lives + 1;
    const app = DemoProcess.launch(this.places);
    const failures: string[] = [];
    try {
      const url = await app.ready();
      const { database } = this.places;
      const opening = { app, url, model, life, database, expected, aside };
      const { lost, problems, settled } = await checkOpening(opening);
      this.addSettled(settled);
      failures.push(...lost.map((each) => `lost: ${each}`), ...problems);
      if (!(await app.stop())) failures.push(`it did not end cleanly:\n${app.log}`);
    } catch (error) {
      failures.push((error as Error).message);
    } finally {
      await app.kill();
    }
    return failures.map((each) => `last start, ${each}`);
  }

  private addSettled({ done, undone }: Settled): void {
    this.settled = { done: this.settled.done + done, undone: this.settled.undone + undone };
  }
}
