import { storeFailure } from '../log/store-failure';
import type { ReplicaOptions } from '../replica-types';
import { probeConditions } from './probe';
import { readProbeRecord, writeProbeRecord } from './probe-record';

type Options = Pick<ReplicaOptions, 'store' | 'clock' | 'place' | 'probe'>;

/** Tries the conditions of the store before the first claim of a history, and remembers it beside that history. */
export class ProbeOnce {
  private proved = false;
  private recorded = false;

  constructor(private readonly options: Options) {}

  /**
   * Resolves when this store may be trusted with a claim: it was tried in this life, or a record of this very history and
   * place says so. One read where it does. Where the place is not known no record is believed: a copied history brings its
   * record along.
   *
   * @param lineage of the history that is there; null where there is none yet, or it does not say
   */
  async prove(lineage: string | null): Promise<void> {
    const { store, clock, probe } = this.options;
    if (!probe || this.proved) return;
    this.recorded = lineage !== null && (await this.isRecorded(lineage));
    if (!this.recorded) await probeConditions(store, { clock, random: probe.random });
    this.proved = true;
  }

  /** To be called once `replica.json` names the history. Of a place that is not known nothing is noted. */
  async record(lineage: string): Promise<void> {
    const { store, clock, place, probe } = this.options;
    if (!probe || place === undefined || this.recorded) return;
    try {
      await writeProbeRecord(store, {
        format: 1,
        lineage,
        location: place,
        compareAndSwap: store.capabilities.compareAndSwap,
        time: clock.now(),
      });
      this.recorded = true;
    } catch (error) {
      throw storeFailure(error, 'Noting that the store was tried');
    }
  }

  private async isRecorded(lineage: string): Promise<boolean> {
    const { store, place } = this.options;
    if (place === undefined) return false;
    const record = await readProbeRecord(store);
    return (
      record?.lineage === lineage &&
      record.location === place &&
      record.compareAndSwap === store.capabilities.compareAndSwap
    );
  }
}
