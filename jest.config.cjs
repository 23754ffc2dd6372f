const path = require('node:path');
const aliases = require('./test/setup/aliases.cjs');
const swc = require('./swc.config.cjs');

// Worker threads start with `execArgv: []`, so Node reads NODE_OPTIONS afresh for each of them.
const register = path.join(__dirname, 'test', 'setup', 'swc-register.cjs');
if (!process.env.NODE_OPTIONS?.includes(register)) {
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --require "${register}"`.trim();
}

/** @type {import('jest').Config} */
module.exports = {
  testEnvironment: 'node',
  roots: ['<rootDir>/apps', '<rootDir>/libs', '<rootDir>/test'],
  testRegex: '\\.(e2e-)?spec\\.ts$',
  modulePathIgnorePatterns: [
    '<rootDir>/dist/',
    '<rootDir>/test/servers/node_modules/',
    '<rootDir>/test/oldest/node_modules/',
  ],
  moduleFileExtensions: ['ts', 'js', 'mjs', 'cjs', 'json', 'node'],
  moduleNameMapper: Object.fromEntries(
    Object.entries(aliases).map(([name, file]) => [`^${name}$`, file]),
  ),
  transform: { '^.+\\.(ts|js|mjs)$': ['@swc/jest', swc] },
  // Nest 12 is ESM only, and jest can require() ESM from Node 24.9 on: compile it to CommonJS (cached).
  transformIgnorePatterns: ['/node_modules/(?!@nestjs/)'],
  testTimeout: 30_000,
  maxWorkers: 2,
};
