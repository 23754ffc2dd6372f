import http from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type GateApp, gateApps, PLATFORMS } from './support/gate-app';
import { turns, until } from './support/until';
import { requestText } from './support/wire';

const MANY = 300;

describe.each(PLATFORMS)('on %s', (platform) => {
  const start = gateApps();

  it('pipelined requests are answered in their order', async () => {
    const app = await start(platform);
    await app.hold();
    const four = [
      requestText('POST', '/json'),
      requestText('GET', '/plain'),
      requestText('GET', '/conflict'),
      requestText('GET', '/plain'),
    ];
    const wire = app.dial(four.join(''));
    await until('the first answer waits', () => app.waiting > 0);
    await app.settle();
    expect(wire.bytes).toBe(0);
    app.store.release();
    await until('four answers', () => wire.statuses.length === 4);
    expect(wire.statuses).toEqual([201, 200, 409, 200]);
  });

  it('a client that leaves while its answer is held disturbs nobody', async () => {
    const app = await start(platform);
    await app.hold();
    const wire = app.dial(requestText('GET', '/conflict') + requestText('GET', '/conflict'));
    await until('an answer waits', () => app.waiting > 0);
    wire.close();
    await app.settle();
    app.store.release();
    const next = app.dial(requestText('GET', '/conflict'));
    await until('an answer', () => next.complete);
    expect(next.status).toBe(409);
  });

  it('hundreds of answers are held at once, and all come', async () => {
    const app = await start(platform);
    await app.hold();
    const agent = new http.Agent({ keepAlive: true, maxSockets: MANY });
    let early = 0;
    const answers = Array.from({ length: MANY }, () =>
      get(app, agent).then((status) => {
        if (app.store.pending > 0) early++;
        return status;
      }),
    );
    await until('all wait', () => app.waiting === MANY);
    await app.settle();
    app.store.release();
    const statuses = await Promise.all(answers);
    expect(early).toBe(0);
    expect(statuses.filter((status) => status === 409)).toHaveLength(MANY);
    agent.destroy();
  });

  it('answers whose clients left are not kept', async () => {
    const app = await start(platform);
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const responses: WeakRef<object>[] = [];
    app.server.on('request', (_, response: object) => responses.push(new WeakRef(response)));
    await app.hold();
    const wires = Array.from({ length: 100 }, () => app.dial(requestText('GET', '/conflict')));
    await until('all wait', () => app.waiting === 100);
    for (const wire of wires) wire.close();
    await app.settle();
    app.store.release();
    await until('nobody waits', () => app.waiting === 0);
    const left = () => responses.filter((each) => each.deref() !== undefined).length;
    await until('they are collected', () => (collect(), left() < 10));
    await turns();
  });
});

function get(app: GateApp, agent: http.Agent): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get({ port: app.port, host: '127.0.0.1', path: '/conflict', agent }, (response) => {
        response.resume().once('end', () => resolve(response.statusCode!));
      })
      .once('error', reject);
  });
}
