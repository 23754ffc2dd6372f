// Lets plain Node run the TypeScript sources: `node --require test/setup/swc-register.cjs file.ts`. Jest hands it to
// the worker threads and child processes that tests start, through NODE_OPTIONS.
const fs = require('node:fs');
const Module = require('node:module');
const { transformSync } = require('@swc/core');
const aliases = require('./aliases.cjs');
const options = require('../../swc.config.cjs');

require.extensions['.ts'] = (module, filename) => {
  const source = fs.readFileSync(filename, 'utf8');
  module._compile(transformSync(source, { ...options, filename }).code, filename);
};

const resolve = Module._resolveFilename;
Module._resolveFilename = function (request, ...rest) {
  return resolve.call(this, aliases[request] ?? request, ...rest);
};
