import http from 'node:http';
import { type AddressInfo } from 'node:net';
import { FaultProxy, type HttpFault } from './fault-proxy';

const BODY = 'x'.repeat(300_000);

let server: http.Server;
let proxy: FaultProxy;
let done: string[];

beforeEach(async () => {
  done = [];
  server = http.createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      done.push(`${request.method} ${request.url} ${text}`);
      response.end(BODY);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = await FaultProxy.start(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});

afterEach(async () => {
  await proxy.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const put = (options: RequestInit = {}) =>
  fetch(`${proxy.url}/a?b=c`, { method: 'PUT', body: 'hello', ...options });

async function withFault(fault: HttpFault): Promise<Response> {
  proxy.inject({ fault });
  return put();
}

test('what meets no fault goes through, both ways', async () => {
  expect(await (await put()).text()).toBe(BODY);
  expect(done).toEqual(['PUT /a?b=c hello']);
  expect(proxy.requests).toEqual([{ method: 'PUT', path: '/a?b=c' }]);
});

test('a dropped request never reaches the server; a lost answer is of one that did', async () => {
  await expect(withFault({ kind: 'drop' })).rejects.toThrow();
  expect(done).toEqual([]);
  await expect(withFault({ kind: 'lose-answer' })).rejects.toThrow();
  expect(done).toHaveLength(1);
});

test('a body is cut after the bytes that were asked for', async () => {
  const response = await withFault({ kind: 'cut-body', after: 70_000 });
  let bytes = 0;
  const read = async () => {
    for await (const chunk of response.body!) bytes += chunk.byteLength;
  };
  await expect(read()).rejects.toThrow();
  expect(bytes).toBe(70_000);
});

test('an upload is cut in its middle, and the server never has it whole', async () => {
  let heard = 0;
  const cut = new Promise((resolve) => {
    server.removeAllListeners('request');
    server.on('request', (request: http.IncomingMessage) => {
      request.on('data', (chunk: Buffer) => (heard += chunk.byteLength));
      request.on('end', () => resolve('whole'));
      request.on('error', () => resolve('cut'));
    });
  });
  proxy.inject({ fault: { kind: 'cut-upload', after: 70_000 } });
  await expect(put({ body: BODY })).rejects.toThrow();
  expect(await cut).toBe('cut');
  expect(heard).toBe(70_000);
});

test('an answer of its own comes instead of the request, or after it', async () => {
  expect((await withFault({ kind: 'answer', status: 503 })).status).toBe(503);
  expect(done).toEqual([]);
  const late = await withFault({ kind: 'answer', status: 500, body: 'no', forward: true });
  expect([late.status, await late.text()]).toEqual([500, 'no']);
  expect(done).toHaveLength(1);
});

test('silence lasts until the caller gives up', async () => {
  for (const forward of [false, true]) {
    proxy.inject({ fault: { kind: 'silence', forward }, when: ({ method }) => method === 'PUT' });
    const controller = new AbortController();
    let answered = false;
    const call = put({ signal: controller.signal }).finally(() => (answered = true));
    call.catch(() => undefined);
    // Others are answered meanwhile, several times over.
    const arrived = () => done.some((line) => line.startsWith('PUT'));
    for (let i = 0; i < 5 || (forward && !arrived()); i++) {
      await (await fetch(`${proxy.url}/other`)).text();
    }
    expect(answered).toBe(false);
    expect(arrived()).toBe(forward);
    controller.abort();
    await expect(call).rejects.toThrow('abort');
  }
});

test('a rule is for the requests it names, as often as it says, until all is healed', async () => {
  const fault: HttpFault = { kind: 'answer', status: 503 };
  proxy.inject({ fault, when: ({ path }) => path.startsWith('/a'), times: 2 });
  const statuses = [];
  statuses.push((await fetch(`${proxy.url}/b`)).status);
  for (let i = 0; i < 3; i++) statuses.push((await put()).status);
  expect(statuses).toEqual([200, 503, 503, 200]);
  proxy.inject({ fault, times: Infinity });
  expect((await put()).status).toBe(503);
  proxy.heal();
  expect((await put()).status).toBe(200);
});
