#!/usr/bin/env node
// Compiles libs/ltx/lz4/kernel.as (AssemblyScript) into libs/ltx/lz4/kernel.ts, so that nobody needs a compiler to build
// or install this package. `--check` builds again and fails if the committed file differs.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const COMPILER = 'assemblyscript@0.28.20';
const MEMORY_PAGES = '5';
const folder = fileURLToPath(new URL('../libs/ltx/lz4/', import.meta.url));
const target = join(folder, 'kernel.ts');

function compile() {
  const work = mkdtempSync(join(tmpdir(), 'lz4-kernel-'));
  try {
    copyFileSync(join(folder, 'kernel.as'), join(work, 'kernel.ts'));
    execFileSync(
      'npx',
      [
        '--yes',
        '--package',
        COMPILER,
        'asc',
        'kernel.ts',
        '--outFile',
        'kernel.wasm',
        '-O3',
        '--noAssert',
      ]
        .concat(['--runtime', 'stub', '--use', 'abort='])
        .concat(['--initialMemory', MEMORY_PAGES, '--maximumMemory', MEMORY_PAGES]),
      { cwd: work, stdio: ['ignore', 'inherit', 'inherit'] },
    );
    return readFileSync(join(work, 'kernel.wasm'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function sourceOf(wasm) {
  const lines = wasm.toString('base64').match(/.{1,110}/g);
  return [
    `// Generated from kernel.as by scripts/build-lz4-kernel.mjs with ${COMPILER}: do not edit.`,
    `export const KERNEL_BASE64 =`,
    lines.map((line) => `  '${line}'`).join(' +\n') + ';',
    '',
  ].join('\n');
}

const wasm = compile();
const source = sourceOf(wasm);
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== source) {
    console.error(
      'libs/ltx/lz4/kernel.ts is not what kernel.as compiles to: run node scripts/build-lz4-kernel.mjs',
    );
    process.exit(1);
  }
  console.log('kernel.ts is up to date');
} else {
  writeFileSync(target, source);
  console.log(`kernel.ts written, ${wasm.length} bytes of WebAssembly`);
}
