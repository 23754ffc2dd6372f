import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MemoryStore, type ObjectStore } from '../../libs/storage';
import { type ContractOptions, FaultyObjectStore } from '../../libs/testing';
import { startAzurite } from '../servers/azurite';
import { FaultProxy } from '../servers/fault-proxy';
import { injectedFaults } from './injected-faults';
import { proxiedFaults } from './proxied-faults';
import { openAddress, type StoreAddress } from './store-address';

export const STORE_NAMES = ['memory', 'directory', 's3', 'azure'] as const;
export type StoreName = (typeof STORE_NAMES)[number];

/** A store for a run of the contract, and what can be done to it. */
export interface Place {
  /** For people: what serves it. */
  readonly server: string;
  readonly store: ObjectStore;
  /** The same objects, seen over a connection that can be disturbed; undefined where that is not possible. */
  readonly disturbed: { readonly store: ObjectStore; readonly harm: ContractOptions } | undefined;
  /** For other processes; undefined where there is no other process. */
  readonly address: StoreAddress | undefined;
  close(): Promise<void>;
}

export function openPlace(name: StoreName): Promise<Place> {
  return { memory, directory, s3, azure }[name]();
}

async function memory(): Promise<Place> {
  const store = new FaultyObjectStore(new MemoryStore());
  return {
    server: 'the memory of the process',
    store: store.store,
    disturbed: { store, harm: { faults: injectedFaults(store) } },
    address: undefined,
    close: () => Promise.resolve(),
  };
}

/** A body is cut by cutting its file; answers of a file system cannot be lost. */
async function directory(): Promise<Place> {
  const root = await mkdtemp(path.join(tmpdir(), 'contract-'));
  const address: StoreAddress = { store: 'directory', root };
  const store = await openAddress(address);
  const harm: ContractOptions = {
    async cutBody(key, get) {
      const object = await get();
      await truncate(path.join(root, key), 2_500_000);
      return object;
    },
  };
  return {
    server: `a local file system, ${process.platform}`,
    store,
    disturbed: { store, harm },
    address,
    close: () => rm(root, { recursive: true, force: true }),
  };
}

async function s3(): Promise<Place> {
  // Reads the environment when it is loaded, which `--server` sets before.
  const { s3Place } = require('./s3-place') as typeof import('./s3-place');
  const place = await s3Place();
  const { options, server } = place;
  const endpoint = options.endpoint!;
  const at = (url: string): StoreAddress => ({
    store: 's3',
    options: { ...options, endpoint: url },
  });
  return remote({
    server: server ? 'the S3 server of this project' : named('S3', endpoint),
    origin: endpoint,
    at,
    close: () => place.close(),
  });
}

async function azure(): Promise<Place> {
  const given = process.env.AZURE_TEST_CONNECTION_STRING;
  if (given === '') throw new Error('AZURE_TEST_CONNECTION_STRING must not be empty');
  const azurite = given === undefined ? await startAzurite() : undefined;
  const connectionString = given ?? azurite!.connectionString;
  const origin = /BlobEndpoint=(https?:\/\/[^/;]+)/.exec(connectionString)?.[1];
  const container = `contract-${randomBytes(4).toString('hex')}`;
  return remote({
    server: azurite ? 'Azurite' : named('Azure', origin ?? ''),
    origin,
    at: (url) => ({
      store: 'azure',
      container,
      connectionString: origin ? connectionString.replace(origin, url) : connectionString,
    }),
    close: async () => azurite?.close(),
  });
}

/** Servers that are started for a run are named by whoever starts them; of a service its host is enough. */
const named = (kind: string, endpoint: string): string =>
  process.env.CONTRACT_SERVER ||
  `${kind} at ${endpoint.replace(/^https?:\/\//, '') || 'its own host'}`;

interface Remote {
  readonly server: string;
  /** Undefined where it is not told: then nothing can stand in between. */
  readonly origin: string | undefined;
  readonly at: (origin: string) => StoreAddress;
  readonly close: () => Promise<void>;
}

/** Over HTTP a proxy stands in between; TLS cannot be cut from outside. */
async function remote({ server, origin, at, close }: Remote): Promise<Place> {
  const address = at(origin ?? '');
  const store = await openAddress(address);
  const proxy = origin?.startsWith('http:') ? await FaultProxy.start(origin) : undefined;
  const disturbed = proxy && {
    store: await openAddress(at(proxy.url)),
    harm: { faults: proxiedFaults(proxy) },
  };
  return {
    server,
    store,
    disturbed,
    address,
    async close() {
      await proxy?.close();
      await close();
    },
  };
}
