import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { StartError } from './start-error';

/**
 * Fails while nothing has been touched if the port cannot be had: a second start by mistake must not first restore the
 * database and take it over from the instance that runs. (Somebody may still take the port meanwhile; `listenError` says so.)
 */
export async function demandPort(port: number, host: string): Promise<void> {
  if (port === 0) return;
  const probe = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      probe.once('error', reject);
      probe.listen({ port, host, exclusive: true }, resolve);
    });
  } catch (error) {
    throw listenError(error, port, host);
  } finally {
    if (probe.listening) await new Promise((resolve) => probe.close(resolve));
  }
}

/** The error of `listen` with a code and a hint; an error that is none of these is returned as it is. */
export function listenError(error: unknown, port: number, host: string): unknown {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return new StartError(
        'PORT_IN_USE',
        `Port ${port} of ${host} is taken.`,
        'Stop the process that listens there, or set PORT to another one (0 takes any free port).',
        error,
      );
    case 'EACCES':
      return new StartError(
        'PORT_DENIED',
        `This user may not listen on port ${port}.`,
        'Set PORT to a number above 1023.',
        error,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new StartError(
        'HOST_UNKNOWN',
        `${host} is no address of this machine.`,
        'Set HOST to 127.0.0.1 (this machine only) or 0.0.0.0 (all networks).',
        error,
      );
    default:
      return error;
  }
}

/** Where the server can be reached, such as `http://127.0.0.1:3000`. */
export function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
