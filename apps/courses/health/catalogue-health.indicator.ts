import { Injectable } from '@nestjs/common';
import { type HealthIndicatorResult, HealthIndicatorService } from '@nestjs/terminus';
import { CatalogueLoader } from '../catalogue/catalogue-loader';

/** The catalogue as a piece of information: an app without its demo data still works, so this is never down. */
@Injectable()
export class CatalogueHealthIndicator {
  constructor(
    private readonly indicators: HealthIndicatorService,
    private readonly loader: CatalogueLoader,
  ) {}

  look(key: string): HealthIndicatorResult {
    const indicator = this.indicators.check(key);
    const progress = { ...this.loader.progress() };
    return progress.state === 'failed' ? indicator.degraded(progress) : indicator.up(progress);
  }
}
