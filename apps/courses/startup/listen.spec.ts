import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { addressOf, demandPort } from './listen';

let taken: Server;
let port: number;

beforeAll(async () => {
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  port = (taken.address() as AddressInfo).port;
});

afterAll(() => new Promise((resolve) => taken.close(resolve)));

describe('demandPort', () => {
  it('refuses a port that is taken with a code and what to do', async () => {
    await expect(demandPort(port, '127.0.0.1')).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringContaining(String(port)),
      hint: expect.stringContaining('PORT'),
    });
  });

  it('refuses a host that is not this machine', async () => {
    await expect(demandPort(8_080, '192.0.2.1')).rejects.toMatchObject({ code: 'HOST_UNKNOWN' });
  });

  it('lets a free port be listened on afterwards', async () => {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const free = (probe.address() as AddressInfo).port;
    await new Promise((resolve) => probe.close(resolve));
    await demandPort(free, '127.0.0.1');
    await new Promise<void>((resolve) => probe.listen(free, '127.0.0.1', resolve));
    await new Promise((resolve) => probe.close(resolve));
  });
});

describe('addressOf', () => {
  it('is a URL, also for IPv6', () => {
    expect(addressOf(taken, '127.0.0.1')).toBe(`http://127.0.0.1:${port}`);
    expect(addressOf(taken, '::1')).toBe(`http://[::1]:${port}`);
  });
});
