import { writeFileSync } from 'node:fs';
import { GateApp, PLATFORMS } from './support/gate-app';
import { requestText } from './support/wire';
import { until } from './support/until';

describe.each(PLATFORMS)(
  'on %s, nothing of an answer leaves before its commits are stored',
  (platform) => {
    let app: GateApp;
    beforeAll(async () => {
      app = await GateApp.listen(platform, { cors: true });
      writeFileSync(app.work.file, 'x'.repeat(200_000));
    });
    afterAll(() => app?.close());

    const cases: [name: string, text: string, status: number, pattern?: RegExp][] = [
      ['what a handler returns', requestText('POST', '/json'), 201, /\{"id":1\}/],
      ['what a handler sends by itself', requestText('GET', '/send'), 201, /"sent":true/],
      [
        'what a handler writes to the response of Node',
        requestText('GET', '/raw'),
        201,
        /Made[\s\S]*x-a: b[\s\S]*one,[\s\S]*two,[\s\S]*three/,
      ],
      ['a 409 by an exception', requestText('GET', '/conflict'), 409],
      ['a 500 by an exception', requestText('GET', '/crash'), 500],
      ['what an exception filter sends', requestText('GET', '/filter'), 418],
      ['a 403 by a guard of the route', requestText('GET', '/denied'), 403],
      ['a 400 by a pipe', requestText('GET', '/number/x'), 400],
      [
        'an answer to HEAD',
        requestText('HEAD', '/etag', 'connection: close\r\n'),
        200,
        /\r\n\r\n$/,
      ],
      ['a 204', requestText('POST', '/nothing'), 204, /\r\n\r\n$/],
      ['an answer with an etag', requestText('GET', '/etag'), 200, /etag: "v1"/i],
      ['a redirect', requestText('GET', '/redirect'), 302, /location: \/plain/i],
      [
        'an answer whose handler goes on changing it',
        requestText('GET', '/twice'),
        202,
        /x-one: 1/i,
      ],
      [
        'an answer behind early hints, which are not sent',
        requestText('GET', '/hints'),
        200,
        /hinted/,
      ],
      ['an answer inside a transaction', requestText('GET', '/tx-commit'), 201, /"tx":1/],
    ];
    if (platform === 'express') {
      cases.push(
        ['a 304', requestText('GET', '/etag', 'if-none-match: "v1"\r\n'), 304, /\r\n\r\n$/],
        ['a file', requestText('GET', '/sendfile'), 200, /content-length: 200000/i],
        [
          'a part of a file',
          requestText('GET', '/sendfile', 'range: bytes=0-9\r\n'),
          206,
          /x{10}$/,
        ],
      );
    }

    it.each(cases)('%s', async (_, text, status, pattern = /./) => {
      const before = app.flushes;
      if (text.startsWith('HEAD')) {
        // Its end cannot be told from the head.
        await app.hold();
        const wire = app.dial(text);
        await until('the answer waits', () => app.waiting > 0);
        await app.settle();
        expect(wire.bytes).toBe(0);
        app.store.release();
        await until('the answer came', () => wire.text.endsWith('\r\n\r\n'));
        expect(wire.status).toBe(status);
        return;
      }
      const { early, wire } = await app.sendWhileHeld(text);
      expect({ early, status: wire.status }).toEqual({ early: 0, status });
      expect(wire.text).toMatch(pattern);
      expect(app.flushes).toBeGreaterThan(before);
    });

    it('to its handler a held answer looks sent', async () => {
      await app.sendWhileHeld(requestText('GET', '/twice'));
      expect(app.work.seen).toEqual({
        headersSent: true,
        writableEnded: true,
        setHeader: 'ERR_HTTP_HEADERS_SENT',
        writeHead: 'ERR_HTTP_HEADERS_SENT',
      });
    });

    it('an answer that promises nothing does not wait, nor does a preflight', async () => {
      await app.hold();
      const plain = app.dial(requestText('GET', '/plain'));
      await until('the answer came', () => plain.complete);
      const asked = 'origin: http://b\r\naccess-control-request-method: POST\r\n';
      const preflight = app.dial(requestText('OPTIONS', '/json', asked));
      await until('the answer came', () => preflight.status > 0);
      expect(app.waiting).toBe(0);
      expect([plain.status, preflight.status]).toEqual([200, 204]);
      app.store.release();
    });
  },
);
