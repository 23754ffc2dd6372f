// The contract on S3: on the server of this project, or on any other one that S3_TEST_ENDPOINT, S3_TEST_ACCESS_KEY_ID,
// S3_TEST_SECRET_ACCESS_KEY (and S3_TEST_REGION, S3_TEST_BUCKET) name.
import { S3Client } from '@aws-sdk/client-s3';
import { systemClock, withDeadline, withRetry } from '../../libs/storage';
import { describeObjectStoreContract } from '../../libs/testing';
import { openS3, OTHER_SERVER, s3Place, type S3Place } from './s3-place';

let place: S3Place;
beforeAll(async () => {
  place = await s3Place();
}, 60_000);
afterAll(() => place.close());

const light = { racers: 20, rounds: 1, listed: 100, streamed: 2 << 20 };

describeObjectStoreContract(
  'S3',
  () => openS3(place.options),
  OTHER_SERVER
    ? {}
    : {
        // More than a page; `npm run contract` lists more.
        listed: 1100,
        rounds: 2,
        cutBody(_key, get) {
          const fault = { kind: 'cut-body', after: 2_500_000 } as const;
          place.server!.faults.inject({ fault, when: { operations: ['GetObject'] } });
          return get();
        },
      },
);

describeObjectStoreContract(
  'S3, with a deadline and retries',
  async () => {
    const timely = withDeadline(await openS3(place.options), { callMs: 20_000, stallMs: 20_000 });
    return withRetry(
      timely,
      { attempts: 4, baseMs: 20, maxMs: 200 },
      { sleep: (ms, signal) => systemClock.sleep(ms, signal), random: () => 0.5 },
    );
  },
  light,
);

describeObjectStoreContract(
  'S3, through a client of the app’s own, with the SDK’s own settings',
  () => {
    const { bucket, endpoint, region = 'us-east-1', accessKeyId, secretAccessKey } = place.options;
    const credentials = { accessKeyId: accessKeyId!, secretAccessKey: secretAccessKey! };
    const client = new S3Client({
      endpoint: endpoint!,
      region,
      credentials,
      forcePathStyle: true,
      maxAttempts: 1,
      logger: { debug() {}, info() {}, warn() {}, error() {} },
    });
    return openS3({ bucket, client });
  },
  light,
);
