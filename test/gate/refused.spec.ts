import { GateApp, gateApps, PLATFORMS } from './support/gate-app';
import { produced, STREAM_BYTES } from './support/big-stream';
import { turns, until } from './support/until';
import { requestText } from './support/wire';

/** Long enough for a round trip, on a busy machine too. */
const CONFIRM_MS = 250;

describe.each(PLATFORMS)('on %s, an answer that cannot be confirmed', (platform) => {
  let app: GateApp;
  beforeAll(async () => {
    app = await GateApp.listen(platform, {
      cors: true,
      persistence: { confirmTimeoutMs: CONFIRM_MS },
    });
  });
  afterAll(() => app?.close());

  it('is replaced by a 503 that says what to do and nothing of the app’s answer, by the same connection', async () => {
    const wire = await app.refused(requestText('GET', '/send', 'origin: http://b\r\n'));
    const [head, body] = wire.text.split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 503 Service Unavailable/);
    expect(JSON.parse(body!)).toEqual({
      statusCode: 503,
      code: 'COMMIT_UNCONFIRMED',
      message: expect.stringContaining('not confirmed'),
      hint: expect.stringContaining('idempotency key'),
    });
    expect(head).toMatch(/access-control-allow-origin/i);
    expect(head).toMatch(/x-request-id: r1/i);
    expect(head).toMatch(/cache-control: no-store/i);
    expect(wire.text).not.toMatch(/set-cookie|x-secret|etag|sent"|Created|retry-after/i);

    wire.send(requestText('GET', '/plain'));
    await until('the next answer', () => wire.statuses.length === 2);
    expect(wire.statuses).toEqual([503, 200]);
  });

  it('to HEAD becomes a 503 without a body', async () => {
    await app.hold();
    const wire = app.dial(requestText('HEAD', '/etag'));
    await until('the refusal', () => wire.text.endsWith('\r\n\r\n'));
    await app.roundTrip();
    expect(wire.text).toMatch(/^HTTP\/1\.1 503[^]*\r\n\r\n$/);
    expect(wire.text).not.toMatch(/COMMIT_UNCONFIRMED/);
    app.store.release();
  });

  it('and was a 204 becomes a 503 with a body', async () => {
    const wire = await app.refused(requestText('POST', '/nothing'));
    expect(wire.status).toBe(503);
    expect(wire.text).toMatch(/COMMIT_UNCONFIRMED/);
  });

  it('and was written to the response of Node is replaced all the same, some headers stay', async () => {
    const wire = await app.refused(requestText('GET', '/raw'));
    expect(wire.status).toBe(503);
    expect(wire.text).not.toMatch(/x-a|Made|one,/);
    expect(wire.text).toMatch(/vary: .*origin/i);
  });

  it('names no folder of the host', async () => {
    const wire = await app.refused(requestText('GET', '/conflict'));
    expect(wire.text).toMatch(/COMMIT_UNCONFIRMED/);
    expect(wire.text).not.toContain(app.folder);
  });

  it('takes the whole of confirmTimeoutMs and no more, and is logged once in a while, not each time', async () => {
    await app.hold();
    const begun = performance.now();
    const wires = Array.from({ length: 5 }, () => app.dial(requestText('GET', '/conflict')));
    await until('the refusals', () => wires.every((wire) => wire.complete));
    expect(performance.now() - begun).toBeGreaterThanOrEqual(CONFIRM_MS - 1);
    expect(wires.map((wire) => wire.status)).toEqual([503, 503, 503, 503, 503]);
    app.store.release();
    const lines = app.log.ours.filter((line) => line.includes('An answer was replaced by a 503'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/COMMIT_UNCONFIRMED/);
  });

  it.each(['/file', '/pipe'])(
    'and is a stream (%s) becomes a 503, its source no longer read',
    async (path) => {
      const wire = await app.refused(requestText('GET', path));
      expect(wire.status).toBe(503);
      await turns();
      expect(produced.bytes).toBeLessThan(1 << 20);
      if (path === '/file') expect(produced.destroyed).toBe(true);
    },
  );

  it('and has begun is cut: of a server-sent event that is not confirmed nothing leaves', async () => {
    const wire = app.dial(requestText('GET', '/events'));
    await until('somebody listens', () => app.work.events.observed);
    app.work.events.next(1);
    await until('the first event', () => wire.text.includes('"n":1'));
    await app.hold();
    app.work.events.next(2);
    await until('the connection is cut', () => wire.closed);
    expect(wire.text).not.toContain('"n":2');
    app.store.release();
    expect(app.log.ours.join('\n')).toMatch(/replaced|cut/);
  });

  it('because its transaction was rolled back becomes a 500 with the code', async () => {
    const wire = app.dial(requestText('GET', '/tx-rollback'));
    await until('the answer', () => wire.complete);
    expect(wire.status).toBe(500);
    expect(wire.text).toMatch(/"code":"TRANSACTION_ROLLED_BACK"/);
    expect(wire.text).not.toMatch(/"tx"/);
  });

  it('because its transaction waits for it becomes a 503 after confirmTimeoutMs, and the transaction fails', async () => {
    app.work.seen = undefined;
    const wire = app.dial(requestText('GET', '/tx-pipe'));
    await until('the answer', () => wire.complete);
    expect(wire.status).toBe(503);
    await until('the end of the transaction', () => app.work.seen);
    expect(app.work.seen).toEqual({ pipeline: 'ERR_STREAM_PREMATURE_CLOSE' });
  });

  it('because another caller’s transaction stays open becomes a 503 after confirmTimeoutMs', async () => {
    let end = () => {};
    const open = new Promise<void>((resolve) => (end = resolve));
    const other = app.work.transaction(() => open);
    const wire = app.dial(requestText('GET', '/conflict'));
    await until('the answer', () => wire.complete);
    expect(wire.status).toBe(503);
    end();
    await other;
  });

  it('because it has an invalid header becomes a 500', async () => {
    const wire = app.dial(requestText('GET', '/header-bad'));
    await until('the answer', () => wire.complete);
    expect(wire.status).toBe(500);
  });

  it('because it has an invalid chunk becomes a 500, or is cut', async () => {
    const wire = app.dial(requestText('GET', '/chunk-bad'));
    await until('the answer', () => wire.complete || wire.closed);
    expect([0, 500]).toContain(wire.status);
  });
});

describe.each(PLATFORMS)('on %s, what a held answer holds', (platform) => {
  const start = gateApps();

  it.each(['/file', '/pipe'])(
    'of a stream (%s) is two chunks, and released all of it comes',
    async (path) => {
      const app = await start(platform);
      await app.hold();
      const wire = app.dial(requestText('GET', path));
      await until('the answer waits', () => app.waiting > 0);
      await app.settle();
      expect(wire.bytes).toBe(0);
      expect(produced.bytes).toBeLessThan(1 << 20);
      const before = app.flushes;
      app.store.release();
      await until('the whole stream', () => wire.bytes > STREAM_BYTES);
      // Each chunk was confirmed by itself.
      expect(app.flushes - before).toBeGreaterThan(STREAM_BYTES / (256 * 1024));
    },
  );

  it.each(['/file', '/pipe'])('of a stream (%s) is let go when the client leaves', async (path) => {
    const app = await start(platform);
    await app.hold();
    const wire = app.dial(requestText('GET', path));
    await until('the answer waits', () => app.waiting > 0);
    wire.close();
    await until('the client is gone', () => wire.closed);
    await app.settle();
    const made = produced.bytes;
    app.store.release();
    await app.life.flush();
    await app.settle();
    expect(produced.bytes).toBe(made);
  });

  it('is 16 MiB at most where the handler writes on and on: then the connection is cut', async () => {
    const app = await start(platform);
    await app.hold();
    const wire = app.dial(requestText('GET', '/heedless'));
    await until('the connection is cut', () => wire.closed);
    expect(wire.bytes).toBe(0);
    expect(app.work.seen).toEqual({ written: 18 });
    expect(app.log.ours.join('\n')).toMatch(/The connection of an answer was cut/);
    app.store.release();
  });

  it('of server-sent events leaves event by event', async () => {
    const app = await start(platform);
    await app.hold();
    const wire = app.dial(requestText('GET', '/sse'));
    await until('the answer waits', () => app.waiting > 0);
    await app.settle();
    expect(wire.bytes).toBe(0);
    app.store.release();
    await until('all events', () => /"n":0[^]*"n":1[^]*"n":2/.test(wire.text));
    expect(wire.status).toBe(200);
  });
});
