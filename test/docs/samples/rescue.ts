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
}
