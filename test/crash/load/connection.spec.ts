import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Connection } from './connection';

describe('Connection', () => {
  let server: Server;
  let url: string;
  let answer: (socket: Socket, request: string) => void;

  beforeEach(async () => {
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => answer(socket, data.toString()));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => server.close());

  const send = async () => {
    const connection = new Connection(url);
    const outcome = await connection.send({ method: 'POST', path: '/users', body: { name: 'a' } });
    connection.close();
    return outcome;
  };

  it('gives status and body of an answer', async () => {
    answer = (socket) => socket.write('HTTP/1.1 201 Created\r\ncontent-length: 8\r\n\r\n{"id":7}');
    expect(await send()).toEqual({ kind: 'answered', status: 201, body: { id: 7 } });
  });

  it('calls a request in flight that was sent and got not one byte', async () => {
    answer = (socket) => socket.destroy();
    expect(await send()).toEqual({ kind: 'in-flight' });
  });

  it('calls it in flight on a connection, too, that has answered before', async () => {
    let requests = 0;
    answer = (socket) => {
      if (++requests === 2) socket.destroy();
      else socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    };
    const connection = new Connection(url);
    const request = { method: 'DELETE', path: '/users/1' } as const;
    expect(await connection.send(request)).toMatchObject({ kind: 'answered', status: 204 });
    expect(await connection.send(request)).toEqual({ kind: 'in-flight' });
    connection.close();
  });

  it('takes the word of a status whose body was cut', async () => {
    answer = (socket) =>
      socket.end('HTTP/1.1 201 Created\r\ncontent-length: 80\r\n\r\n{"id"', () => socket.destroy());
    expect(await send()).toEqual({ kind: 'answered', status: 201, body: undefined });
  });

  it('tells an answer that broke in its first line from none', async () => {
    answer = (socket) => socket.end('HTTP/1.1 2', () => socket.destroy());
    expect(await send()).toEqual({ kind: 'torn' });
  });

  it('knows that nothing was sent where nobody listens', async () => {
    server.close();
    await once(server, 'close');
    expect(await send()).toEqual({ kind: 'unsent' });
  });
});
