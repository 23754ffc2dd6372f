import { setTimeout as sleep } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { PersistenceError, SyncService } from 'nestjs-persistence';
import { In, type Repository } from 'typeorm';
import { addToCourses } from '../courses/course-import';
import { isBusy } from '../http/sqlite-code';
import { coursesSettings, type InjectedSettings } from '../startup/settings';
import { batches } from './batches';
import { CatalogueLoad } from './catalogue-load.entity';
import { CATALOGUE_SIZE, type CatalogueSelection, selectSynsets } from './catalogue-selection';
import { toLesson } from './synset-lesson';
import { readSynsets, wordnetFolder } from './wordnet-files';
import type { Synset } from './wordnet-synset';

const BATCH_SIZE = 500;
/** With the wait of a flush this is some twenty minutes of a store that does not answer. */
const ATTEMPTS_MAX = 100;
const RETRY_DELAY_MS = 1_000;

/** Where the catalogue stands. */
export interface CatalogueProgress {
  readonly selection: CatalogueSelection;
  readonly state: 'waiting' | 'loading' | 'complete' | 'stopped' | 'failed';
  /** Synsets loaded so far, and stored if there is a store. */
  readonly loaded: number;
  readonly total: number;
}

/**
 * Loads the catalogue in the background once the app has started, so that a first start answers requests at once.
 * Each batch is one transaction, together with how far it got, and is stored before the next one begins: `sync.transaction()`
 * does both.
 */
@Injectable()
export class CatalogueLoader implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger('Catalogue');
  private readonly stop = new AbortController();
  private readonly selection: CatalogueSelection;
  private loading: Promise<void> = Promise.resolve();
  private current: CatalogueProgress;

  constructor(
    @Inject(coursesSettings.KEY) settings: InjectedSettings,
    @InjectRepository(CatalogueLoad) private readonly loads: Repository<CatalogueLoad>,
    private readonly sync: SyncService,
  ) {
    this.selection = settings.catalogue;
    this.current = {
      selection: this.selection,
      state: this.selection === 'none' ? 'complete' : 'waiting',
      loaded: 0,
      total: CATALOGUE_SIZE[this.selection],
    };
  }

  onApplicationBootstrap(): void {
    if (this.selection !== 'none') this.loading = this.load();
  }

  async onModuleDestroy(): Promise<void> {
    this.stop.abort();
    await this.loading;
  }

  progress(): CatalogueProgress {
    return this.current;
  }

  /** Resolves when the loading has ended, one way or the other; never rejects. */
  ended(): Promise<void> {
    return this.loading;
  }

  private async load(): Promise<void> {
    try {
      await this.loadBatches();
    } catch (error) {
      const stopped = this.stop.signal.aborted;
      this.current = { ...this.current, state: stopped ? 'stopped' : 'failed' };
      if (stopped) return;
      this.logger.error(
        `The catalogue stays at ${this.describe()}; the next start goes on from there. ${String(error)}`,
      );
    }
  }

  private async loadBatches(): Promise<void> {
    const { done, finished } = await this.earlierLoad();
    if (finished) {
      this.current = { ...this.current, state: 'complete', loaded: this.current.total };
      this.logger.log(`Complete since an earlier start (${this.selection}).`);
      return;
    }
    this.current = { ...this.current, state: 'loading', loaded: done };
    this.logger.log(done === 0 ? `Loading ${this.describe()}` : `Going on at ${this.describe()}`);
    const synsets = selectSynsets(readSynsets(wordnetFolder()), this.selection);
    for await (const batch of batches(synsets, BATCH_SIZE, done)) {
      await this.storeBatch(batch);
    }
    this.current = { ...this.current, state: 'complete' };
    this.logger.log(`Complete: ${this.describe()}`);
  }

  /** All of WordNet contains every other selection. */
  private async earlierLoad(): Promise<{ done: number; finished: boolean }> {
    const rows = await this.loads.findBy({ selection: In([this.selection, 'full']) });
    return {
      done: rows.find(({ selection }) => selection === this.selection)?.done ?? 0,
      finished: rows.some(({ finishedAt }) => finishedAt !== null),
    };
  }

  private async storeBatch(synsets: readonly Synset[]): Promise<void> {
    const before = this.current.loaded;
    const done = before + synsets.length;
    const finishedAt = done === this.current.total ? new Date().toISOString() : null;
    const load: CatalogueLoad = { selection: this.selection, done, finishedAt };
    const lessons = synsets.map(toLesson);
    await this.retried(() =>
      this.sync.transaction(async (manager) => {
        await manager.upsert(CatalogueLoad, load, ['selection']);
        await addToCourses(manager, lessons);
      }),
    );
    this.current = { ...this.current, loaded: done };
    const tenth = this.current.total / 10;
    if (Math.floor(done / tenth) > Math.floor(before / tenth)) this.logger.log(this.describe());
  }

  /** A batch may be repeated, so a store that does not answer for a while costs time only. */
  private async retried(step: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.stop.signal.throwIfAborted();
      try {
        await step();
        return;
      } catch (error) {
        if (attempt === ATTEMPTS_MAX || !mayPass(error)) throw error;
        await sleep(RETRY_DELAY_MS, undefined, { signal: this.stop.signal });
      }
    }
  }

  private describe(): string {
    const { loaded, total, selection } = this.current;
    const percent = Math.floor((loaded / total) * 100);
    return `${loaded.toLocaleString('en')} of ${total.toLocaleString('en')} synsets (${selection}, ${percent}%)`;
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof PersistenceError ? error.kind === 'retry' : isBusy(error);
}
