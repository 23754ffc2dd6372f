// Who may import whom (ARCHITECTURE.md). Imports point upward in the list of rooms, never down or sideways, and cross a
// room only through its front door: index.ts, or one of the port files.
const room = (name) => `^libs/${name}/`;
const entries = Object.values(require('./tsconfig.json').compilerOptions.paths).map(
  ([file]) => `^${file.slice(2).replaceAll('.', '\\.')}$`,
);
const spec = '\\.(e2e-)?spec\\.ts$|^libs/testing/|^test/';

const rooms = {
  errors: [],
  ltx: ['errors'],
  storage: ['errors'],
  engine: ['errors', 'ltx'],
  replica: ['errors', 'ltx', 'storage', 'engine'],
  persistence: ['errors', 'ltx', 'storage', 'engine', 'replica'],
  testing: ['errors', 'storage', 'engine'],
};

const forbidden = Object.entries(rooms).map(([name, allowed]) => ({
  name: `room-${name}`,
  comment: `libs/${name} may import only: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: room(name), pathNot: '\\.(e2e-)?spec\\.ts$' },
  to: { path: '^(libs|apps|test)/', pathNot: [name, ...allowed].map(room).join('|') },
}));

forbidden.push(
  {
    name: 'front-doors',
    comment: 'Another room is entered through index.ts or a port file.',
    severity: 'error',
    from: { path: '^libs/([^/]+)/', pathNot: spec },
    to: {
      path: '^libs/([^/]+)/',
      pathNot: [
        '^libs/$1/',
        '^libs/[^/]+/index\\.ts$',
        '^libs/storage/object-store\\.ts$',
        '^libs/storage/store-error\\.ts$',
        '^libs/engine/(database-engine|file-merger)\\.ts$',
      ],
    },
  },
  {
    name: 'replica-sees-ports-only',
    comment:
      'The protocol knows no provider and no engine implementation, so that a simulation can drive it.',
    severity: 'error',
    from: { path: room('replica'), pathNot: '\\.(e2e-)?spec\\.ts$' },
    to: {
      path: '^libs/(storage|engine)/',
      pathNot:
        '^libs/storage/(object-store|store-error)\\.ts$|^libs/engine/(database-engine|file-merger)\\.ts$',
    },
  },
  {
    name: 'replica-is-pure',
    comment: 'No SDK, SQLite, Nest, TypeORM or Node service in the protocol.',
    severity: 'error',
    from: { path: room('replica'), pathNot: '\\.(e2e-)?spec\\.ts$' },
    to: { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'core'] },
  },
  {
    name: 'shared-journeys-import-no-sibling',
    comment: 'log/ and ownership/ are what the journeys share.',
    severity: 'error',
    from: { path: '^libs/replica/(log|ownership)/', pathNot: '\\.(e2e-)?spec\\.ts$' },
    to: { path: '^libs/replica/(start|commit|maintain|observe|rescue)/' },
  },
  {
    name: 'providers-are-strangers',
    comment: 'A provider knows its own SDK and nothing of another provider.',
    severity: 'error',
    from: { path: '^libs/storage/providers/([^/]+)/' },
    to: { path: '^libs/storage/providers/([^/]+)/', pathNot: '^libs/storage/providers/$1/' },
  },
  {
    name: 'nest-only-in-persistence',
    severity: 'error',
    from: { path: '^libs/(errors|ltx|storage|engine|replica)/' },
    to: { path: 'node_modules/(@nestjs|typeorm|rxjs)/' },
  },
  {
    name: 'apps-use-the-package',
    comment: 'An app imports what a user imports: the entries of the package.',
    severity: 'error',
    from: { path: '^apps/' },
    to: { path: '^libs/', pathNot: entries },
  },
  { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
);

module.exports = {
  forbidden,
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default'],
    },
  },
};
