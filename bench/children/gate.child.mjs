import { answer } from '../lib/child.mjs';
import { Clients } from '../lib/load.mjs';
import { startServer } from '../lib/server.mjs';

const CONNECTIONS = 16;
const BODY = JSON.stringify({ text: 'a row' });

/**
 * CPU of a server per request, ms: all threads of its process, driven from this one. Each way has a server of its own; they
 * stand side by side and are driven in turns, `rounds` times, each time beginning with another. Resolves to the rounds of
 * each way.
 */
answer(async ({ folder, platform, ways, rounds, turnMs, warmUpMs }) => {
  const results = Object.fromEntries(ways.map(({ label }) => [label, []]));
  const servers = [];
  try {
    for (const { durability } of ways)
      servers.push(await startServer({ platform, folder, durability }));
    for (let i = 0; i < ways.length; i++) await cpuPerRequest(servers[i], ways[i], warmUpMs);
    for (let round = 0; round < rounds; round++)
      for (let turn = 0; turn < ways.length; turn++) {
        const i = (round + turn) % ways.length;
        results[ways[i].label].push(await cpuPerRequest(servers[i], ways[i], turnMs));
      }
    return results;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
});

async function cpuPerRequest(server, { method, path }, milliseconds) {
  const request = { method, path, body: method === 'POST' ? BODY : undefined };
  const clients = new Clients({ port: server.port, connections: CONNECTIONS });
  const before = await server.ask('cpu');
  const { latencies } = await clients.during(milliseconds, request);
  const after = await server.ask('cpu');
  clients.close();
  return (after - before) / latencies.length;
}
