import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { SyncService } from 'nestjs-persistence';
import { CatalogueLoader } from '../catalogue/catalogue-loader';
import { homePage } from './home-page';
import { PlatformCounts } from './platform-counts';

@ApiExcludeController()
@Controller()
export class HomeController {
  constructor(
    private readonly counts: PlatformCounts,
    private readonly catalogue: CatalogueLoader,
    private readonly sync: SyncService,
  ) {}

  @Get()
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Cache-Control', 'no-store')
  async home(): Promise<string> {
    return homePage({
      counts: await this.counts.count(),
      catalogue: this.catalogue.progress(),
      status: this.sync.status(),
      now: Date.now(),
    });
  }
}
