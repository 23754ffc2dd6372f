// Does the package work for somebody who installs it? Packs dist/nestjs-persistence (npm run build:package first), installs
// the tarball with its peers into empty apps, type-checks them with the types of their libraries included, and lets each
// serve, write (an answer that waits, a transaction beside one that fails), lose its disk and read. Prints what it did; any failure ends it. See --help.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..', '..');
const built = path.join(root, 'dist', 'nestjs-persistence');
const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json')));

const PEERS = [
  '@nestjs/common',
  '@nestjs/config',
  '@nestjs/core',
  '@nestjs/schedule',
  '@nestjs/terminus',
  '@nestjs/typeorm',
  'better-sqlite3',
  'reflect-metadata',
  'rxjs',
  'typeorm',
];
/** The other end of the peer ranges. */
const OLDEST = {
  '@nestjs/common': '^11.0.0',
  '@nestjs/config': '^4.0.0',
  '@nestjs/core': '^11.0.0',
  '@nestjs/platform-express': '^11.0.0',
  '@nestjs/schedule': '^6.0.0',
  '@nestjs/terminus': '^11.0.0',
  '@nestjs/typeorm': '^11.0.0',
  typeorm: '0.3.27',
};
/** Kinds of apps that install the package. */
const VARIANTS = {
  'nest12-cjs': { type: 'commonjs', platform: 'express', versions: dependencies },
  'nest12-esm': {
    type: 'module',
    platform: 'fastify',
    versions: { ...dependencies, '@nestjs/platform-fastify': '12.5.0' },
  },
  'nest11-cjs': {
    type: 'commonjs',
    platform: 'express',
    versions: { ...dependencies, ...OLDEST },
  },
};
const HELP = `npm run consumers [-- --only <name>]

Packs the package, installs the tarball into empty apps, type-checks and runs them: they serve over HTTP, write, lose
their disk, start again and read what they had written.

  --only <name>  one of ${Object.keys(VARIANTS).join(', ')}
  --help         this text`;
const TIMEOUT_MS = 300_000;
/** An app that has done its work ends by itself; longer than this, something keeps its process alive. */
const LIFE_MAX_MS = 60_000;

const { values: options } = parseArgs({
  options: { only: { type: 'string' }, help: { type: 'boolean', default: false } },
});
if (options.help) console.log(HELP);
else consume(options.only === undefined ? Object.keys(VARIANTS) : [options.only]);

function consume(names) {
  const unknown = names.find((name) => VARIANTS[name] === undefined);
  if (unknown !== undefined) throw new Error(`There is no "${unknown}".\n${HELP}`);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'consumer-'));
  try {
    const tarball = pack(folder);
    for (const name of names) tryOut(name, tarball, path.join(folder, name));
    console.log('The packed package works in empty apps.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function tryOut(name, tarball, app) {
  const say = (text) => console.log(`${name}: ${text}`);
  mkdirSync(app);
  install(VARIANTS[name], tarball, app);
  say(`installed with ${PEERS.map((peer) => `${peer} ${versionOf(peer, app)}`).join(', ')}`);
  compile(VARIANTS[name], app);
  say('type-checked, with the types of its libraries');
  live(app);
  say('served, wrote, lost its disk, started again, read what it had written, and ended by itself');
}

function pack(folder) {
  if (!existsSync(built)) throw new Error('Nothing is built: run npm run build:package first.');
  const [{ filename, files, size }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', folder], built),
  );
  for (const name of ['README.md', 'LICENSE', 'engine/sqlite/sqlite.worker.js']) {
    if (!files.some((file) => file.path === name)) throw new Error(`The package lacks ${name}.`);
  }
  const spec = files.find((file) => /\.spec\.|\.child\.|\.tsbuildinfo$/.test(file.path));
  if (spec !== undefined) throw new Error(`The package contains ${spec.path}.`);
  console.log(`packed ${filename}: ${files.length} files, ${Math.round(size / 1_000)} KB`);
  return path.join(folder, filename);
}

function install({ type, platform, versions }, tarball, app) {
  const pinned = (names, from) => Object.fromEntries(names.map((name) => [name, from[name]]));
  const manifest = {
    name: 'consumer',
    private: true,
    type,
    dependencies: {
      'nestjs-persistence': `file:${tarball}`,
      ...pinned([...PEERS, `@nestjs/platform-${platform}`], versions),
    },
    devDependencies: pinned(['@types/node', 'typescript'], devDependencies),
  };
  writeFileSync(path.join(app, 'package.json'), JSON.stringify(manifest, null, 2));
  run('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], app);
  useNativeBuild(app);
}

/** The native part of better-sqlite3 is the same version here as there: compiling it again would take a minute. */
function useNativeBuild(app) {
  const binary = path.join(
    'node_modules',
    'better-sqlite3',
    'build',
    'Release',
    'better_sqlite3.node',
  );
  if (existsSync(path.join(root, binary))) {
    mkdirSync(path.dirname(path.join(app, binary)), { recursive: true });
    cpSync(path.join(root, binary), path.join(app, binary));
  } else {
    run('npm', ['rebuild', 'better-sqlite3'], app);
  }
}

function versionOf(name, app) {
  return JSON.parse(readFileSync(path.join(app, 'node_modules', name, 'package.json'))).version;
}

function compile({ platform }, app) {
  cpSync(path.join(here, 'app', 'main.ts'), path.join(app, 'main.ts'));
  cpSync(path.join(here, 'platforms', `${platform}.ts`), path.join(app, 'platform.ts'));
  const compilerOptions = {
    module: 'nodenext',
    target: 'es2023',
    types: ['node'],
    strict: true,
    skipLibCheck: false,
    emitDecoratorMetadata: true,
    experimentalDecorators: true,
  };
  writeFileSync(
    path.join(app, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['main.ts'] }),
  );
  run(process.execPath, [path.join(app, 'node_modules', 'typescript', 'bin', 'tsc')], app);
}

function live(app) {
  start('write', app);
  rmSync(path.join(app, 'disk'), { recursive: true });
  const read = JSON.parse(start('read', app).trim().split('\n').at(-1));
  const kept = read.texts.toSorted().join();
  if (read.origin !== 'restored' || kept !== 'beside,durable,durable together,kept') {
    throw new Error(`After the loss of the disk: ${JSON.stringify(read)}`);
  }
}

function start(action, app) {
  const variables = {
    NETWORK_DB_PATH: path.join(app, 'volume-app.db'),
    DATABASE_PATH: path.join(app, 'disk', 'app.db'),
  };
  return run(process.execPath, ['main.js', action], app, { variables, timeout: LIFE_MAX_MS });
}

function run(command, args, cwd, { variables = {}, timeout = TIMEOUT_MS } = {}) {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: 'utf8',
      timeout,
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    console.error(error.stdout, error.stderr);
    throw new Error(`${command} ${args.join(' ')} failed.`, { cause: error });
  }
}
