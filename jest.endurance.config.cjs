// What takes minutes: `npm run test:endurance`. The names end in .endurance.ts, so that `npm test` passes over them.
/** @type {import('jest').Config} */
module.exports = {
  ...require('./jest.config.cjs'),
  roots: ['<rootDir>/test/endurance'],
  testRegex: '\\.endurance\\.ts$',
  testTimeout: 600_000,
  // They measure memory and fill disks: one after the other.
  maxWorkers: 1,
};
