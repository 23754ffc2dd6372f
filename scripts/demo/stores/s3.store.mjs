import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import { ServerProcess } from './server-process.mjs';

const BUCKET = 'courses';
const NAME = 'student_courses.db';
/** The server knows only these. */
const KEYS = { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'testtest' };

const NO_NODE_WARNING = 'AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED';

/** A bucket on the project's own S3 server, which ends with the demo. */
export async function s3Store({ root }) {
  // On Node 20 the SDK announces its end of support, which is no news about the demo: here, and in each start of the app.
  process.env[NO_NODE_WARNING] ??= 'true';
  const main = join(root, 'test', 'servers', 's3', 'main.mjs');
  const server = await ServerProcess.start([main, '--port', '0']);
  const endpoint = /^READY (http:\S+)/.exec(server.readyLine)[1];
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: {
      accessKeyId: KEYS.AWS_ACCESS_KEY_ID,
      secretAccessKey: KEYS.AWS_SECRET_ACCESS_KEY,
    },
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  return {
    place: `an S3 bucket (${endpoint}/${BUCKET})`,
    variables: {
      S3_BUCKET: BUCKET,
      S3_KEY: NAME,
      S3_ENDPOINT: endpoint,
      [NO_NODE_WARNING]: 'true',
      ...KEYS,
    },
    measure: () => measureBucket(client),
    async download(key, file) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key: key }));
      await writeFile(file, Body);
    },
    show: (key) => `aws s3 cp s3://${BUCKET}/${key} . --endpoint-url ${endpoint}`,
    async close() {
      client.destroy();
      await server.stop();
    },
  };
}

async function measureBucket(client) {
  const sum = { files: 0, bytes: 0 };
  for (let token; ;) {
    const page = await client.send(
      new ListObjectsV2Command({ Bucket: BUCKET, ContinuationToken: token }),
    );
    for (const { Size } of page.Contents ?? []) {
      sum.files += 1;
      sum.bytes += Size;
    }
    token = page.NextContinuationToken;
    if (token === undefined) return sum;
  }
}
