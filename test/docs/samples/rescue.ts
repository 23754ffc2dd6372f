// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import { Injectable } from '@nestjs/common';
import { SyncService } from 'nestjs-persistence';

@Injectable()
export class Rescue {
  constructor(private readonly sync: SyncService) {}

  async copies() {
    const newest = await this.sync.restore({ to: 'newest.db' });
    const earlier = await this.sync.restore({ to: 'earlier.db', txid: 2 });
    return [newest, earlier];
  }

  async before() {
    const { txid, time } = await this.sync.restore({ to: 'before.db', at: '2026-11-21T10:00:00Z' });
    return { txid, time };
  }

  async points() {
    const points = await this.sync.restorePoints({ to: '2026-11-21T10:00:00Z', limit: 5 });
    return points;
  }

  async emergency() {
    const { txid, lost, leftOut } = await this.sync.emergencyRestore({ to: 'rescued.db' });
    return { txid, lost, leftOut };
  }
}
