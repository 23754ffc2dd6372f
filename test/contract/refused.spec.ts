// The probe against servers that others wrote: one that ignores every condition is refused, sound ones are not.
import { randomBytes } from 'node:crypto';
import { type ObjectStore, prefixed, systemClock, withDeadline } from '../../libs/storage';
import { probeConditions } from '../../libs/replica/start/probe';
import { withServer } from './own-server';
import { openPlace } from './place';
import { testOnServer } from './test-on-server';

// Where S3 is, is read from the environment when a module is loaded.
beforeEach(() => void jest.resetModules());

const clock = {
  now: () => systemClock.now(),
  sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms, signal),
  immediate: () => new Promise<void>((resolve) => setImmediate(resolve)),
};

const DEADLINE = { callMs: 20_000, stallMs: 20_000 };

const probe = (store: ObjectStore) =>
  probeConditions(withDeadline(prefixed(store, 'app.db.replica'), DEADLINE), {
    clock,
    random: () => randomBytes(8).toString('hex'),
  });

async function probeOn(server: string): Promise<void> {
  const before = { ...process.env };
  try {
    await withServer(server, async () => {
      const place = await openPlace('s3');
      try {
        await probe(place.store);
      } finally {
        await place.close();
      }
    });
  } finally {
    for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  }
}

testOnServer('rclone', 'rclone serve s3, which ignores conditions, is refused', async () => {
  await expect(probeOn('rclone')).rejects.toMatchObject({
    code: 'STORE_NOT_CONDITIONAL',
    message: expect.stringMatching(/\d of 8 creators were told they won/),
  });
});

testOnServer('versitygw', 'versitygw passes the probe', () => probeOn('versitygw'));
testOnServer('ministack', 'ministack passes the probe', () => probeOn('ministack'));

testOnServer('azurite', 'Azurite passes the probe', async () => {
  const place = await openPlace('azure');
  try {
    await probe(place.store);
  } finally {
    await place.close();
  }
});

test('the S3 server of this project passes the probe', async () => {
  const place = await openPlace('s3');
  try {
    await probe(place.store);
  } finally {
    await place.close();
  }
});
