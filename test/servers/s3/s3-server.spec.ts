import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { TestProcess } from '../../../libs/testing';
import { type S3AdminCommand, type S3Server, SLOW_DOWN, startS3Server } from '.';

const clients: S3Client[] = [];

function clientOf(endpoint: string, secretAccessKey = 'testtest'): S3Client {
  const client = new S3Client({
    endpoint,
    region: 'eu-north-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'test', secretAccessKey },
    maxAttempts: 1,
  });
  clients.push(client);
  return client;
}

const put = (client: S3Client, Key: string, Body: string | Buffer, conditions = {}) =>
  client.send(new PutObjectCommand({ Bucket: 'test', Key, Body, ...conditions }));
const text = async (client: S3Client, Key: string) => {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'test', Key }));
  return Body!.transformToString();
};

let server: S3Server;
let client: S3Client;
beforeAll(async () => {
  server = await startS3Server();
  client = clientOf(server.url);
});
afterEach(() => server.faults.heal());
afterAll(async () => {
  for (const each of clients) each.destroy();
  await server.close();
});

test('a request that is not signed with the secret is refused and does nothing', async () => {
  const stranger = clientOf(server.url, 'another secret');
  await expect(put(stranger, 'signed', 'x')).rejects.toThrow('signature does not match');
  expect((await fetch(`${server.url}/test/signed`)).status).toBe(403);
  await expect(text(client, 'signed')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('bytes that are not what was signed, or not what their checksum says, are refused', async () => {
  const tamper = (header: string, value: string) => {
    const command = new PutObjectCommand({ Bucket: 'test', Key: 'tampered', Body: 'abc' });
    command.middlewareStack.add(
      (next) => (args) => {
        (args.request as { headers: Record<string, string> }).headers[header] = value;
        return next(args);
      },
      { step: 'build', priority: 'low' },
    );
    return client.send(command);
  };
  await expect(tamper('x-amz-content-sha256', '0'.repeat(64))).rejects.toMatchObject({
    name: 'XAmzContentSHA256Mismatch',
  });
  await expect(tamper('x-amz-checksum-crc32', 'AAAAAA==')).rejects.toMatchObject({
    name: 'BadDigest',
  });
  await expect(tamper('content-md5', 'AAAAAA==')).rejects.toMatchObject({ name: 'BadDigest' });
  await expect(text(client, 'tampered')).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('what it cannot do is refused, never passed over', async () => {
  const conditional = new DeleteObjectCommand({ Bucket: 'test', Key: 'a', IfMatch: '"x"' });
  await expect(client.send(conditional)).rejects.toMatchObject({ name: 'NotImplemented' });
  expect((await fetch(`${server.url}/test?acl`)).status).toBe(501);
});

test('a completion names parts that are there, in order, and large enough', async () => {
  const target = { Bucket: 'test', Key: 'in-parts' };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(target));
  const tags: string[] = [];
  for (const PartNumber of [1, 2]) {
    const part = new UploadPartCommand({
      ...target,
      UploadId,
      PartNumber,
      Body: `part ${PartNumber}`,
    });
    tags.push((await client.send(part)).ETag!);
  }
  const complete = (...Parts: { PartNumber: number; ETag: string }[]) =>
    client.send(
      new CompleteMultipartUploadCommand({ ...target, UploadId, MultipartUpload: { Parts } }),
    );
  const [first, second] = tags.map((ETag, i) => ({ PartNumber: i + 1, ETag }));
  await expect(complete(second!, first!)).rejects.toMatchObject({ name: 'InvalidPartOrder' });
  await expect(complete({ PartNumber: 1, ETag: tags[1]! })).rejects.toMatchObject({
    name: 'InvalidPart',
  });
  await expect(complete(first!, second!)).rejects.toMatchObject({ name: 'EntityTooSmall' });
  await complete(first!);
  expect(await text(client, 'in-parts')).toBe('part 1');
});

test('a listing with a delimiter gives folders once, page by page', async () => {
  for (const key of ['d/a', 'd/b/1', 'd/b/2', 'd/c', 'd/e/1']) await put(client, key, 'x');
  const found: string[] = [];
  let token: string | undefined;
  do {
    const command = new ListObjectsV2Command({
      Bucket: 'test',
      Prefix: 'd/',
      Delimiter: '/',
      MaxKeys: 1,
      ContinuationToken: token,
    });
    const answer = await client.send(command);
    found.push(...(answer.Contents ?? []).map(({ Key }) => Key!));
    found.push(...(answer.CommonPrefixes ?? []).map(({ Prefix }) => Prefix!));
    token = answer.NextContinuationToken;
  } while (token !== undefined);
  expect(found).toEqual(['d/a', 'd/b/', 'd/c', 'd/e/']);
});

test('more than it may keep is refused, and what is deleted makes room', async () => {
  const small = await startS3Server({ maxBytes: 1000 });
  try {
    const narrow = clientOf(small.url);
    await put(narrow, 'a', Buffer.alloc(900));
    await expect(put(narrow, 'b', Buffer.alloc(200))).rejects.toMatchObject({
      name: 'InsufficientStorage',
    });
    await narrow.send(new DeleteObjectCommand({ Bucket: 'test', Key: 'a' }));
    await put(narrow, 'b', Buffer.alloc(200));
  } finally {
    await small.close();
  }
});

test('as a process it takes faults over its admin path, and finds its objects again after a kill', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 's3-server-'));
  const child = path.join(__dirname, 's3-server.child.ts');
  const start = async () => {
    const life = new TestProcess(child, { args: ['--root', root, '--latency-ms', '1'] });
    const [, url] = /^READY (.*)$/.exec(await life.line(/^READY/))!;
    return { life, url: url! };
  };
  try {
    const first = await start();
    const command = (body: S3AdminCommand) =>
      fetch(`${first.url}/_faults`, { method: 'POST', body: JSON.stringify(body) });
    await command({ inject: { fault: SLOW_DOWN, when: { operations: ['PutObject'] } } });
    const user = clientOf(first.url);
    const metadata = { Metadata: { a: '1' }, IfNoneMatch: '*' };
    await expect(put(user, 'kept', 'one', metadata)).rejects.toMatchObject({ name: 'SlowDown' });
    const { ETag } = await put(user, 'kept', 'one', metadata);
    await put(user, 'gone', 'x');
    await user.send(new DeleteObjectCommand({ Bucket: 'test', Key: 'gone' }));
    await first.life.kill();

    const second = await start();
    const again = clientOf(second.url);
    const object = await again.send(new GetObjectCommand({ Bucket: 'test', Key: 'kept' }));
    expect(object).toMatchObject({ ETag, Metadata: { a: '1' } });
    expect(await object.Body!.transformToString()).toBe('one');
    const { Contents } = await again.send(new ListObjectsV2Command({ Bucket: 'test' }));
    expect(Contents!.map(({ Key }) => Key)).toEqual(['kept']);
    await second.life.kill();
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
