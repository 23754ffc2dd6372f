import { bucketLayout, prefixed, S3Store } from '../../../libs/storage';
import { s3Place as openS3 } from '../../contract/s3-place';
import { patient } from './patient';
import type { StorePlace } from './store-place';

/** A bucket on the project's own S3 server, or on the one that `S3_TEST_ENDPOINT` names. */
export async function s3Place(): Promise<StorePlace> {
  const place = await openS3();
  const { options } = place;
  // Another server keeps what earlier runs left.
  const key = `crash-${Date.now().toString(36)}/student_courses.db`;
  return {
    variables: {
      S3_BUCKET: options.bucket,
      S3_KEY: key,
      S3_ENDPOINT: options.endpoint!,
      AWS_REGION: options.region ?? 'us-east-1',
      AWS_ACCESS_KEY_ID: options.accessKeyId!,
      AWS_SECRET_ACCESS_KEY: options.secretAccessKey!,
    },
    replica: async () =>
      bucketLayout(prefixed(patient(await S3Store.open(options)), `${key}.replica`)),
    close: () => place.close(),
  };
}
