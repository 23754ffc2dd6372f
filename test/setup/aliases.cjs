// Where tests find what an app imports by the package's name: the paths of tsconfig.json, absolute.
const path = require('node:path');
const { compilerOptions } = require('../../tsconfig.json');

const root = path.join(__dirname, '..', '..');
module.exports = Object.fromEntries(
  Object.entries(compilerOptions.paths).map(([name, [file]]) => [name, path.join(root, file)]),
);
