// Turns the build of the library into a package: manifest, its README and the licence beside the compiled rooms, and a look
// whether everything that the manifest promises is there. Part of `npm run build:package`.
import { chmodSync, copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const out = path.join(root, 'dist', 'nestjs-persistence');
const manifest = JSON.parse(readFileSync(path.join(root, 'libs', 'persistence', 'package.json')));

copyFileSync(path.join(root, 'libs', 'persistence', 'README.md'), path.join(out, 'README.md'));
copyFileSync(path.join(root, 'LICENSE'), path.join(out, 'LICENSE'));
rmSync(path.join(out, 'tsconfig.lib.tsbuildinfo'), { force: true });
for (const file of Object.values(manifest.bin)) chmodSync(path.join(out, file), 0o755);
writeFileSync(path.join(out, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);

const promised = Object.values(manifest.exports).flatMap((target) =>
  typeof target === 'string' ? [target] : Object.values(target),
);
promised.push(...Object.values(manifest.bin));
// Named by a path in the code, so that no compiler notices when it is missing.
promised.push('engine/sqlite/sqlite.worker.js', 'engine/maintenance/maintenance.worker.js');

const missing = promised.filter((file) => !existsSync(path.join(out, file)));
if (missing.length > 0) {
  console.error(`The package lacks ${missing.join(', ')}.`);
  process.exit(1);
}
console.log(`dist/nestjs-persistence is ${manifest.name} ${manifest.version}.`);
