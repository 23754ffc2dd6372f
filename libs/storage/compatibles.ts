import { type PricedStore } from './prices';

/** What differs from Amazon's own S3 at a service that speaks its protocol. */
export interface Compatible {
  readonly name: string;
  /** Where neither the options nor `AWS_REGION` name one; undefined: it must be named, or is part of the host. */
  readonly region: string | undefined;
  /** The bucket stands in the path, not in the host. */
  readonly forcePathStyle: boolean;
  /** Sent with every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** `If-Match` takes a tag without its quotes only. */
  readonly bareIfMatch: boolean;
  /**
   * What is known of `If-None-Match: *` and `If-Match` with PutObject. The probe at the first start has the last word in any
   * case; `reported missing` makes its refusal say so.
   */
  readonly conditionalWrites: 'documented' | 'reported missing' | 'probe decides';
  readonly prices: PricedStore | undefined;
  /** Writes of one key a second, where the service names a limit. The log writes every key once; a backup rewrites one. */
  readonly writesPerKeyPerSecond?: number;
  /** Where this is from. */
  readonly sources: readonly string[];
  readonly remark?: string;
}

interface Row extends Partial<Compatible> {
  /** Tried on the host name in lower case; its first group, if any, is the region. */
  readonly host: RegExp;
  readonly name: string;
  readonly conditionalWrites: Compatible['conditionalWrites'];
  readonly sources: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    name: 'Amazon S3',
    host: /(?:^|\.)s3(?:[.-]dualstack)?(?:[.-]([a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com(?:\.cn)?$/,
    forcePathStyle: false,
    conditionalWrites: 'documented',
    prices: 's3',
    sources: ['https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html'],
  },
  {
    name: 'Cloudflare R2',
    host: /\.r2\.cloudflarestorage\.com$/,
    region: 'auto',
    conditionalWrites: 'documented',
    prices: 'r2',
    writesPerKeyPerSecond: 1,
    sources: [
      'https://developers.cloudflare.com/r2/api/s3/conditional-operations/',
      'https://developers.cloudflare.com/r2/api/s3/api/',
      'https://developers.cloudflare.com/r2/platform/limits/',
    ],
  },
  {
    name: 'Tigris',
    host: /(?:^|\.)(?:fly\.storage\.tigris\.dev|t3\.storage\.dev|t3\.storageapi\.dev)$/,
    region: 'auto',
    headers: { 'X-Tigris-Consistent': 'true' },
    conditionalWrites: 'documented',
    prices: 'tigris',
    sources: ['https://www.tigrisdata.com/docs/objects/conditionals/'],
    remark:
      'The header sends reads and conditions to the leader, which a bucket of the location "Global" needs; where buckets are consistent by themselves it changes nothing.',
  },
  {
    name: 'Backblaze B2',
    host: /(?:^|\.)s3\.([a-z0-9-]+)\.backblazeb2\.com$/,
    conditionalWrites: 'reported missing',
    sources: [
      'https://github.com/lance-format/lance/issues/5614',
      'https://github.com/sathinduga/obsidian-s3-sync-and-backup/issues/78',
    ],
    remark:
      'A PutObject with a condition was answered with 501 NotImplemented, in January and in June 2026.',
  },
  {
    name: 'DigitalOcean Spaces',
    host: /(?:^|\.)([a-z]{3}\d)\.digitaloceanspaces\.com$/,
    bareIfMatch: true,
    conditionalWrites: 'probe decides',
    sources: [
      'https://github.com/slatedb/slatedb/issues/1818',
      'https://docs.digitalocean.com/products/spaces/details/limits/',
    ],
    remark:
      'Its documentation does not list conditions of PutObject, its support says that it has them. Ten puts of one key at a time are allowed.',
  },
  {
    name: 'Scaleway Object Storage',
    host: /(?:^|\.)s3\.([a-z]{2}-[a-z]{3})\.scw\.cloud$/,
    conditionalWrites: 'documented',
    sources: ['https://www.scaleway.com/en/docs/object-storage/api-cli/using-conditional-writes/'],
  },
  {
    name: 'OVHcloud Object Storage',
    host: /(?:^|\.)s3\.([a-z0-9-]+)\.(?:io\.)?(?:cloud\.)?ovh\.(?:net|us)$/,
    conditionalWrites: 'documented',
    sources: [
      'https://docs.ovhcloud.com/de/guides/storage-and-backup/object-storage/s3-conditional-writes',
    ],
  },
  {
    name: 'Wasabi',
    host: /(?:^|\.)s3(?:\.([a-z]{2}-[a-z]+-\d))?\.wasabisys\.com$/,
    conditionalWrites: 'probe decides',
    sources: [],
    remark: 'Nothing was found about conditions of PutObject.',
  },
  {
    name: 'Oracle Cloud Object Storage',
    host: /\.compat\.objectstorage\.([a-z0-9-]+)\.(?:oraclecloud|oci\.customer-oci)\.com$/,
    conditionalWrites: 'probe decides',
    sources: [],
    remark: 'Was said to ignore the conditions without an error, which is what the probe is for.',
  },
  {
    name: 'Google Cloud Storage, by its S3 interface',
    host: /(?:^|\.)storage\.googleapis\.com$/,
    region: 'auto',
    conditionalWrites: 'probe decides',
    prices: 'gcs',
    writesPerKeyPerSecond: 1,
    sources: ['https://cloud.google.com/storage/docs/request-preconditions'],
    remark: 'Its own conditions are generations, not tags.',
  },
];

/** MinIO, Ceph, Garage, a server under test: hosts that nobody can know. */
const UNKNOWN: Compatible = {
  name: 'an S3-compatible server',
  region: 'us-east-1',
  forcePathStyle: true,
  headers: {},
  bareIfMatch: false,
  conditionalWrites: 'probe decides',
  prices: undefined,
  sources: [
    'https://blog.min.io/leading-the-way-minios-conditional-write-feature-for-modern-data-workloads/',
  ],
  remark:
    'MinIO says that it has them; versitygw and ministack keep them, rclone serve s3 ignores them without an error.',
};

const AMAZON = 'https://s3.amazonaws.com';

/**
 * What is known of the service behind an endpoint. Left out, it is Amazon's. A host that is in no row is a server of one's
 * own. Throws a `TypeError` for what is no URL.
 */
export function compatibleOf(endpoint: string | undefined): Compatible {
  const host = new URL(endpoint ?? AMAZON).hostname.toLowerCase();
  for (const row of ROWS) {
    const match = row.host.exec(host);
    if (match === null) continue;
    const { host: _pattern, ...known } = row;
    return {
      ...UNKNOWN,
      prices: undefined,
      ...known,
      region: match[1] ?? row.region,
    };
  }
  return UNKNOWN;
}

/** Every service that has a row, for the documentation. */
export const COMPATIBLES: readonly Omit<Row, 'host'>[] = ROWS.map(({ host: _host, ...row }) => row);
