import { room } from './product.mjs';
import { BUCKET } from './s3-server.mjs';
import { wrapped } from './stores.mjs';

/** The replica `name` on the server of `s3-server.mjs`, as the module reaches it, with the count of requests sent. */
export async function s3Place(url, name) {
  const { bucketLayout, counted, prefixed, RequestCounter, S3Store } = room('storage');
  const counter = new RequestCounter(() => Date.now());
  const raw = await S3Store.open({
    bucket: BUCKET,
    endpoint: url,
    accessKeyId: 'test',
    secretAccessKey: 'testtest',
  });
  const store = bucketLayout(prefixed(wrapped(counted(raw, counter)), `${name}.db.replica`));
  return { store, counts: () => counter.snapshot().life.counts };
}
