// The specs that face Nest and TypeORM, on the oldest versions that are supported: `npm run test:oldest`.
const path = require('node:path');
const config = require('./jest.config.cjs');

const OLDEST = path.join(__dirname, 'test', 'oldest', 'node_modules');

/** @type {import('jest').Config} */
module.exports = {
  ...config,
  roots: ['<rootDir>/libs/persistence/typeorm', '<rootDir>/test'],
  testMatch: [
    '<rootDir>/libs/persistence/typeorm/**/*.spec.ts',
    '<rootDir>/test/gate/**/*.spec.ts',
    '<rootDir>/test/journeys/typeorm/**/*.spec.ts',
    '<rootDir>/test/oldest/*.oldest.ts',
  ],
  testRegex: undefined,
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/test/servers/node_modules/'],
  moduleNameMapper: {
    ...config.moduleNameMapper,
    // Everybody's, also that of packages in the folder above, so that there is one copy of each.
    '^(@nestjs/[^/]+|typeorm|rxjs|reflect-metadata)(/.*)?$': `${OLDEST}/$1$2`,
  },
};
