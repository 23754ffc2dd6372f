import { COMPATIBLES, compatibleOf } from './compatibles';
import { STORE_PRICES } from './prices';

test.each([
  [undefined, 'Amazon S3', undefined],
  ['https://s3.amazonaws.com', 'Amazon S3', undefined],
  ['https://s3.eu-central-1.amazonaws.com', 'Amazon S3', 'eu-central-1'],
  ['https://s3.dualstack.us-west-2.amazonaws.com', 'Amazon S3', 'us-west-2'],
  ['https://bucket.s3.us-gov-west-1.amazonaws.com', 'Amazon S3', 'us-gov-west-1'],
  ['https://0123abc.r2.cloudflarestorage.com', 'Cloudflare R2', 'auto'],
  ['https://0123abc.eu.r2.cloudflarestorage.com', 'Cloudflare R2', 'auto'],
  ['https://fly.storage.tigris.dev', 'Tigris', 'auto'],
  ['https://t3.storage.dev', 'Tigris', 'auto'],
  ['https://s3.us-west-004.backblazeb2.com', 'Backblaze B2', 'us-west-004'],
  ['https://FRA1.digitaloceanspaces.com', 'DigitalOcean Spaces', 'fra1'],
  ['https://s3.fr-par.scw.cloud', 'Scaleway Object Storage', 'fr-par'],
  ['https://s3.gra.io.cloud.ovh.net', 'OVHcloud Object Storage', 'gra'],
  ['https://s3.wasabisys.com', 'Wasabi', undefined],
  ['https://s3.eu-central-2.wasabisys.com', 'Wasabi', 'eu-central-2'],
  [
    'https://ns.compat.objectstorage.eu-frankfurt-1.oraclecloud.com',
    'Oracle Cloud Object Storage',
    'eu-frankfurt-1',
  ],
  ['https://storage.googleapis.com', 'Google Cloud Storage, by its S3 interface', 'auto'],
  ['http://localhost:9000', 'an S3-compatible server', 'us-east-1'],
  ['https://minio.example.com/', 'an S3-compatible server', 'us-east-1'],
])('%s is %s, region %s', (endpoint, name, region) => {
  const found = compatibleOf(endpoint);
  expect(found.name).toBe(name);
  expect(found.region).toBe(region);
});

test.each(['https://r2.cloudflarestorage.com.evil.example', 'https://notamazonaws.com'])(
  '%s is nobody we know',
  (endpoint) => expect(compatibleOf(endpoint).name).toBe('an S3-compatible server'),
);

test('Tigris is asked by its leader, Spaces without quotes, and Amazon without a path', () => {
  expect(compatibleOf('https://fly.storage.tigris.dev').headers).toEqual({
    'X-Tigris-Consistent': 'true',
  });
  expect(compatibleOf('https://nyc3.digitaloceanspaces.com').bareIfMatch).toBe(true);
  expect(compatibleOf(undefined)).toMatchObject({ forcePathStyle: false, bareIfMatch: false });
  expect(compatibleOf('http://127.0.0.1:9000').forcePathStyle).toBe(true);
});

test('what is documented, or reported missing, has a source; without one the probe decides', () => {
  for (const { name, conditionalWrites, sources, remark, prices } of COMPATIBLES) {
    if (conditionalWrites !== 'probe decides')
      expect([name, sources.length > 0]).toEqual([name, true]);
    else expect([name, sources.length > 0 || remark !== undefined]).toEqual([name, true]);
    if (prices !== undefined) expect(STORE_PRICES).toHaveProperty(prices);
  }
});

test('what is no URL throws', () => {
  expect(() => compatibleOf('localhost 9000')).toThrow('Invalid URL');
});
