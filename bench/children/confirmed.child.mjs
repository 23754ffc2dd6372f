import { answer } from '../lib/child.mjs';
import { percentile } from '../lib/figures.mjs';
import { Clients } from '../lib/load.mjs';
import { startServer } from '../lib/server.mjs';

const WRITERS = 100;
const WARM_UP_MS = 3_000;
const WARM_UP_REQUESTS = 40;

const BODY = JSON.stringify({
  text: 'a row that was acknowledged is a row that is stored '.repeat(3),
});

/**
 * The clients, in this process; the server and its worker in one of their own. First `WRITERS` at once for `milliseconds`,
 * then one after another, each beside a bare put of what it stored and beside a request that nothing holds.
 */
answer(async ({ folder, path, latencyMs, milliseconds, singles }) => {
  const server = await startServer({ platform: 'express', folder, durability: 'async', latencyMs });
  try {
    const busy = await writersAtOnce(server, path, milliseconds);
    return { ...busy, ...(await oneAfterAnother(server, path, singles)) };
  } finally {
    await server.stop();
  }
});

async function writersAtOnce(server, path, milliseconds) {
  const clients = new Clients({ port: server.port, connections: WRITERS });
  const request = { method: 'POST', path, body: BODY };
  await clients.during(WARM_UP_MS, request);
  const before = { puts: await server.ask('puts'), cpu: await server.ask('cpu') };
  const own = process.cpuUsage();
  const { latencies, elapsed } = await clients.during(milliseconds, request);
  const { user, system } = process.cpuUsage(own);
  const puts = (await server.ask('puts')) - before.puts;
  const cpu = (await server.ask('cpu')) - before.cpu;
  clients.close();
  return {
    perSecond: latencies.length / (elapsed / 1_000),
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    writesPerPut: latencies.length / puts,
    serverCores: cpu / elapsed,
    clientCores: (user + system) / 1_000 / elapsed,
  };
}

async function oneAfterAnother(server, path, singles) {
  const client = new Clients({ port: server.port, connections: 1 });
  const times = { confirmed: [], put: [], unheld: [] };
  for (let i = -WARM_UP_REQUESTS; i < singles; i++) {
    const confirmed = await client.send({ method: 'POST', path, body: BODY });
    const put = await server.ask('put');
    const unheld = await client.send({ method: 'POST', path: '/notes', body: BODY });
    // What that one wrote is stored before the next, which would find a put under way.
    await client.send({ method: 'POST', path, body: BODY });
    if (i < 0) continue;
    times.confirmed.push(confirmed);
    times.put.push(put);
    times.unheld.push(unheld);
  }
  client.close();
  return {
    single: percentile(times.confirmed, 0.5),
    singlePut: percentile(times.put, 0.5),
    singleUnheld: percentile(times.unheld, 0.5),
  };
}
