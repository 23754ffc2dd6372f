import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';

const ROOT = path.join(__dirname, '..', '..');
const json = (file: string) => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8'));

interface Manifest {
  readonly exports: Record<string, string | { readonly default: string; readonly types: string }>;
  readonly dependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
  readonly peerDependenciesMeta: Record<string, { readonly optional: boolean }>;
}
const manifest = json('libs/persistence/package.json') as Manifest;
const own = json('package.json') as { dependencies: Record<string, string> };

/** Compiled into the package. */
const SHIPPED = ['libs', 'apps/cli'];
/** Named by no import: what decorators need, and whose results we have the shape of. */
const UNSEEN = ['reflect-metadata', '@nestjs/terminus'];

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(path.join(ROOT, folder), { withFileTypes: true })) {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* sources(file);
    else if (file.endsWith('.ts') && !/\.(spec|e2e-spec|child)\.ts$/.test(file)) yield file;
  }
}

/** Packages that an import, a require or a dynamic import names anywhere in what is shipped. */
function importedPackages(): Set<string> {
  const found = new Set<string>();
  for (const file of SHIPPED.flatMap((folder) => [...sources(folder)])) {
    const text = readFileSync(path.join(ROOT, file), 'utf8').replaceAll(
      /^\s*(\*|\/\/|\/\*).*$/gm,
      '',
    );
    for (const [, name] of text.matchAll(
      /(?:\bfrom|\bimport|\bimport\(|\brequire\(|\brequire\.resolve\()\s*'([@a-z][\w@/.-]*)'/g,
    )) {
      if (name!.startsWith('node:') || builtinModules.includes(name!)) continue;
      found.add(name!.split('/', name!.startsWith('@') ? 2 : 1).join('/'));
    }
  }
  found.delete('nestjs-persistence');
  return found;
}

describe('the manifest of the package', () => {
  it('declares exactly the packages that are imported', () => {
    const declared = [
      ...Object.keys(manifest.dependencies),
      ...Object.keys(manifest.peerDependencies),
    ].filter((name) => !UNSEEN.includes(name));
    expect(declared.toSorted()).toEqual([...importedPackages()].toSorted());
  });

  it('what only some apps need is optional, with the range that is tested here in it', () => {
    const optional = Object.keys(manifest.peerDependenciesMeta);
    expect(optional.toSorted()).toEqual([
      '@aws-sdk/client-s3',
      '@azure/identity',
      '@azure/storage-blob',
      '@nestjs/config',
      '@nestjs/schedule',
      '@nestjs/swagger',
      '@nestjs/terminus',
    ]);
    for (const [name, range] of Object.entries(manifest.peerDependencies)) {
      const major = own.dependencies[name]!.split('.')[0]!;
      expect(`${name} ${range}`).toMatch(new RegExp(`\\^${major}\\.`));
    }
  });

  it('every entry is a file of ours, and tests find it under the same name', () => {
    const { paths } = (json('tsconfig.json') as { compilerOptions: { paths: object } })
      .compilerOptions;
    const entries = Object.entries(manifest.exports).flatMap(([entry, target]) =>
      typeof target === 'string'
        ? []
        : [
            [
              entry.replace('.', 'nestjs-persistence'),
              [target.default.replace('.js', '.ts').replace('./', './libs/')],
            ],
          ],
    );
    expect(paths).toMatchObject(Object.fromEntries(entries) as object);
    for (const [, files] of entries) {
      expect(existsSync(path.join(ROOT, (files as string[])[0]!))).toBe(true);
    }
  });
});
