// The contract on S3: on the server of this project, or on any other one that S3_TEST_ENDPOINT, S3_TEST_ACCESS_KEY_ID,
// S3_TEST_SECRET_ACCESS_KEY (and S3_TEST_REGION, S3_TEST_BUCKET) name.
import { S3Client } from '@aws-sdk/client-s3';
import { systemClock, withDeadline, withRetry } from '../../libs/storage';
import { type ContractFault, describeObjectStoreContract } from '../../libs/testing';
import { type S3Fault, TOO_MANY_REQUESTS } from '../servers/s3';
import { openS3, OTHER_SERVER, s3Place, type S3Place } from './s3-place';

let place: S3Place;
beforeAll(async () => {
  place = await s3Place();
}, 60_000);
afterAll(() => place.close());

const FAULTS: Readonly<Record<ContractFault, S3Fault>> = {
  unavailable: { kind: 'fail', status: 503 },
  throttled: TOO_MANY_REQUESTS,
  'lost-answer': { kind: 'drop-answer' },
  'cut-answer': { kind: 'cut-body', after: 500 },
  'cut-upload': { kind: 'cut-upload' },
  silence: { kind: 'silence' },
  delay: { kind: 'delay', ms: 20 },
};

const light = { racers: 20, rounds: 1, listed: 100, streamed: 2 << 20, large: 8 << 20 };

describeObjectStoreContract(
  'S3',
  () => openS3(place.options),
  OTHER_SERVER
    ? {}
    : {
        // More than a page; `npm run contract` lists more.
        listed: 1100,
        rounds: 2,
        large: 16 << 20,
        cutBody(_key, get) {
          place.server!.faults.inject({ fault: { kind: 'cut-body', after: 2_500_000 } });
          return get();
        },
        faults: {
          kinds: Object.keys(FAULTS) as ContractFault[],
          inject: (fault) => void place.server!.faults.inject({ fault: FAULTS[fault] }),
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
