import { type RequestCounts } from './wrappers/request-counter';

/** What a store charges, in US dollars, without taxes, free allowances and traffic. */
export interface StorePrices {
  /** Service, storage class and region that the figures are of. */
  readonly name: string;
  readonly perMillion: {
    readonly put: number;
    readonly list: number;
    readonly get: number;
    readonly head: number;
    readonly delete: number;
  };
  /** Per GB (10^9 bytes, or 2^30 where the service counts so) kept for a month. */
  readonly gbMonth: number;
  /** The page the figures are on. */
  readonly source: string;
  /** Month in which they were looked up: they change, and this table does not follow by itself. */
  readonly read: string;
  readonly remark?: string;
}

/** By a short name; that of a compatible service is in `compatibles.ts`. */
export const STORE_PRICES = {
  s3: {
    name: 'Amazon S3 Standard, us-east-1',
    perMillion: { put: 5, list: 5, get: 0.4, head: 0.4, delete: 0 },
    gbMonth: 0.023,
    source: 'https://aws.amazon.com/s3/pricing/',
    read: '2026-11',
  },
  azure: {
    name: 'Azure Blob Storage, hot, locally redundant, East US',
    perMillion: { put: 5.5, list: 5.5, get: 0.44, head: 0.44, delete: 0 },
    gbMonth: 0.0208,
    source: 'https://azure.microsoft.com/pricing/details/storage/blobs/',
    read: '2026-11',
    remark:
      'Requests as in the samples of https://learn.microsoft.com/azure/storage/blobs/blob-storage-estimate-costs; regions differ.',
  },
  r2: {
    name: 'Cloudflare R2 Standard',
    perMillion: { put: 4.5, list: 4.5, get: 0.36, head: 0.36, delete: 0 },
    gbMonth: 0.015,
    source: 'https://developers.cloudflare.com/r2/pricing/',
    read: '2026-11',
    remark:
      'Each month the first million of puts and lists, ten million of reads and 10 GB are free.',
  },
  tigris: {
    name: 'Tigris Standard, global or single region',
    perMillion: { put: 5, list: 5, get: 0.5, head: 0.5, delete: 0 },
    gbMonth: 0.02,
    source: 'https://www.tigrisdata.com/docs/pricing/',
    read: '2026-11',
  },
  gcs: {
    name: 'Google Cloud Storage Standard, us-central1',
    perMillion: { put: 5, list: 5, get: 0.4, head: 0.4, delete: 0 },
    gbMonth: 0.02,
    source: 'https://cloud.google.com/storage/pricing',
    read: '2026-09',
  },
} as const satisfies Record<string, StorePrices>;

export type PricedStore = keyof typeof STORE_PRICES;

export interface Cost {
  /** US dollars. */
  readonly requests: number;
  readonly storage: number;
  readonly total: number;
}

const GB = 1e9;

/**
 * The price of requests, and of bytes kept for a whole month where those are given.
 *
 * @example
 * costOf(counter.snapshot().month.counts, STORE_PRICES.s3).requests
 */
export function costOf(
  counts: Pick<RequestCounts, keyof StorePrices['perMillion']>,
  prices: StorePrices,
  storedBytes = 0,
): Cost {
  const { perMillion } = prices;
  const classes = Object.keys(perMillion) as (keyof typeof perMillion)[];
  const requests = classes.reduce((sum, each) => sum + counts[each] * perMillion[each], 0) / 1e6;
  const storage = (storedBytes / GB) * prices.gbMonth;
  return { requests, storage, total: requests + storage };
}
