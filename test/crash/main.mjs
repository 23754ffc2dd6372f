// Starts the crash run, which is TypeScript: its worker threads need the compiler hook as well.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const register = fileURLToPath(new URL('../setup/swc-register.cjs', import.meta.url));
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --require "${register}"`.trim();
require(register);
const { crashCli } = require('./cli.ts');
process.exitCode = await crashCli(process.argv.slice(2));
