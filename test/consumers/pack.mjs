// Does the package work for somebody who installs it? Packs dist/nestjs-persistence (npm run build:package first), installs
// the tarball with its peers into an empty CommonJS app, type-checks that app with the libraries' types included, and lets
// it write, lose its disk and read. Prints what it did; any failure ends it. With --oldest, on the oldest major versions
// that the package's peer ranges allow.
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

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..', '..');
const built = path.join(root, 'dist', 'nestjs-persistence');
const { dependencies, devDependencies } = JSON.parse(readFileSync(path.join(root, 'package.json')));

const PEERS = [
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/typeorm',
  'better-sqlite3',
  'reflect-metadata',
  'rxjs',
  'typeorm',
];
/** The other end of the peer ranges. */
const OLDEST = {
  '@nestjs/common': '^11.0.0',
  '@nestjs/core': '^11.0.0',
  '@nestjs/typeorm': '^11.0.0',
  typeorm: '0.3.27',
};
const oldest = process.argv.includes('--oldest');
const TIMEOUT_MS = 300_000;

const app = mkdtempSync(path.join(os.tmpdir(), 'consumer-'));
try {
  install(pack());
  compile();
  live();
  console.log('The packed package works in an empty app.');
} finally {
  rmSync(app, { recursive: true, force: true });
}

function pack() {
  if (!existsSync(built)) throw new Error('Nothing is built: run npm run build:package first.');
  const [{ filename, files, size }] = JSON.parse(
    run('npm', ['pack', '--json', '--pack-destination', app], built),
  );
  for (const name of ['README.md', 'LICENSE', 'engine/sqlite/sqlite.worker.js']) {
    if (!files.some((file) => file.path === name)) throw new Error(`The package lacks ${name}.`);
  }
  const spec = files.find((file) => /\.spec\.|\.child\.|\.tsbuildinfo$/.test(file.path));
  if (spec !== undefined) throw new Error(`The package contains ${spec.path}.`);
  console.log(`packed ${filename}: ${files.length} files, ${Math.round(size / 1_000)} KB`);
  return path.join(app, filename);
}

function install(tarball) {
  const pinned = (names, versions) =>
    Object.fromEntries(names.map((name) => [name, versions[name]]));
  const manifest = {
    name: 'consumer',
    private: true,
    dependencies: {
      'nestjs-persistence': `file:${tarball}`,
      ...pinned(PEERS, { ...dependencies, ...(oldest ? OLDEST : {}) }),
    },
    devDependencies: pinned(['@types/node', 'typescript'], devDependencies),
  };
  writeFileSync(path.join(app, 'package.json'), JSON.stringify(manifest, null, 2));
  run('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], app);
  useNativeBuild();
  console.log(`installed with ${oldest ? 'the oldest' : 'the newest'} peers`);
}

/** The native part of better-sqlite3 is the same version here as there: compiling it again would take a minute. */
function useNativeBuild() {
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

function compile() {
  cpSync(path.join(here, 'app', 'main.ts'), path.join(app, 'main.ts'));
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
  console.log('type-checked, with the types of its libraries');
}

function live() {
  start('write');
  rmSync(path.join(app, 'disk'), { recursive: true });
  const read = JSON.parse(start('read').trim().split('\n').at(-1));
  if (read.origin !== 'restored' || read.texts.join() !== 'kept') {
    throw new Error(`After the loss of the disk: ${JSON.stringify(read)}`);
  }
  console.log('wrote, lost its disk, started again and read what it had written');
}

function start(action) {
  return run(process.execPath, ['main.js', action], app, {
    NETWORK_DB_PATH: path.join(app, 'volume-app.db'),
    DATABASE_PATH: path.join(app, 'disk', 'app.db'),
  });
}

function run(command, args, cwd, variables = {}) {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: 'utf8',
      timeout: TIMEOUT_MS,
      env: { ...process.env, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    console.error(error.stdout, error.stderr);
    throw new Error(`${command} ${args.join(' ')} failed.`, { cause: error });
  }
}
