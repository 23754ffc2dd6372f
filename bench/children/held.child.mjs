import { setTimeout } from 'node:timers/promises';
import { answer } from '../lib/child.mjs';
import { Clients } from '../lib/load.mjs';
import { startServer } from '../lib/server.mjs';

const HELD = 1_000;
const SETTLE_MS = 1_500;
const KIB = 1_024;

const BODY = JSON.stringify({ text: 'held' });

/** What `HELD` answers that wait for the store take of the server, above as many idle connections. */
answer(async ({ folder, platform, path }) => {
  const server = await startServer({ platform, folder, durability: 'async' });
  const clients = new Clients({ port: server.port, connections: HELD });
  try {
    // The first time the connections are opened, and the code is compiled.
    await hold(server, clients, path);
    const idle = await server.ask('memory');
    const held = await hold(server, clients, path);
    return {
      heapEach: (held.heapUsed - idle.heapUsed) / KIB / HELD,
      rssEach: (held.rss - idle.rss) / KIB / HELD,
      rss: held.rss / KIB / KIB,
    };
  } finally {
    clients.close();
    await server.stop();
  }
});

async function hold(server, clients, path) {
  await server.ask('hold');
  const request = { method: 'POST', path, body: BODY };
  let answered = 0;
  const all = Array.from({ length: HELD }, async () => {
    await clients.send(request);
    answered++;
  });
  await setTimeout(SETTLE_MS);
  const memory = await server.ask('memory');
  if (answered > 0) throw new Error(`${answered} of ${HELD} answers did not wait for the store`);
  await server.ask('release');
  await Promise.all(all);
  return memory;
}
