import { answer } from '../lib/child.mjs';
import { Clients } from '../lib/load.mjs';
import { startServer } from '../lib/server.mjs';

const CONNECTIONS = 16;
const BODY = JSON.stringify({ text: 'a row' });

/**
 * CPU of a server per request, ms: all threads of its process, driven from this one. The servers of all `ways` stand side
 * by side and are driven in turns, `rounds` times, after a longer turn to warm up. Resolves to the rounds of each way.
 */
answer(async ({ folder, platform, ways, rounds, sliceMs, warmUpMs }) => {
  const results = Object.fromEntries(ways.map(({ label }) => [label, []]));
  const servers = new Map();
  try {
    for (const { durability } of ways)
      if (!servers.has(durability))
        servers.set(durability, await startServer({ platform, folder, durability }));
    for (let round = -1; round < rounds; round++)
      for (const { label, durability, method, path } of ways) {
        const body = method === 'POST' ? BODY : undefined;
        const request = { method, path, body };
        const turnMs = round < 0 ? warmUpMs : sliceMs;
        const cpu = await cpuPerRequest(servers.get(durability), request, turnMs);
        if (round >= 0) results[label].push(cpu);
      }
    return results;
  } finally {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  }
});

async function cpuPerRequest(server, request, milliseconds) {
  const clients = new Clients({ port: server.port, connections: CONNECTIONS });
  const before = await server.ask('cpu');
  const { latencies } = await clients.during(milliseconds, request);
  const after = await server.ask('cpu');
  clients.close();
  return (after - before) / latencies.length;
}
