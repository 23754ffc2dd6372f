// oxlint-disable typescript/consistent-type-imports -- Nest reads the types of constructor parameters at run time
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { SyncService } from 'nestjs-persistence';
import { DataSource } from 'typeorm';
import { User } from './user.entity';

@Injectable()
export class SeedService implements OnApplicationBootstrap {
  constructor(
    private readonly sync: SyncService,
    private readonly dataSource: DataSource,
  ) {}

  async onApplicationBootstrap() {
    if (this.sync.status().origin !== 'created') return;
    await this.dataSource.transaction((manager) => manager.save(User, [{ name: 'Ada' }]));
    await this.sync.flush();
  }
}
