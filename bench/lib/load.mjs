import http from 'node:http';

/** Clients that keep their connections; each sends its next request when the last was answered. */
export class Clients {
  constructor({ port, connections }) {
    this.agent = new http.Agent({ keepAlive: true, maxSockets: connections });
    this.port = port;
    this.connections = connections;
  }

  /** Resolves to how long the answer took, ms. An answer other than 2xx is an error: it is not what is measured. */
  send({ method = 'GET', path, body }) {
    const { agent, port } = this;
    const headers = body && {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
    };
    return new Promise((resolve, reject) => {
      const begun = performance.now();
      const request = http.request({ port, path, method, agent, headers }, (response) => {
        response.resume();
        response.once('end', () => {
          const { statusCode } = response;
          if (statusCode >= 200 && statusCode < 300) resolve(performance.now() - begun);
          else reject(new Error(`${method} ${path} was answered with ${statusCode}`));
        });
      });
      request.once('error', reject);
      request.end(body);
    });
  }

  /** All at work for `milliseconds`; resolves to how long each answer took, and how long all of it did. */
  async during(milliseconds, request) {
    const latencies = [];
    const begun = performance.now();
    const end = begun + milliseconds;
    const work = async () => {
      while (performance.now() < end) latencies.push(await this.send(request));
    };
    await Promise.all(Array.from({ length: this.connections }, work));
    return { latencies, elapsed: performance.now() - begun };
  }

  close() {
    this.agent.destroy();
  }
}
