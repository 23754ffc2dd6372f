// Runs the table of isolation and its soak, which are TypeScript; the engine's worker needs the compiler hook as well.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const register = fileURLToPath(new URL('../setup/swc-register.cjs', import.meta.url));
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --require "${register}"`.trim();
require(register);
const { isolationCli } = require('./cli.ts');
process.exitCode = await isolationCli(process.argv.slice(2));
