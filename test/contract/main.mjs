// Runs the contract of the stores, which is TypeScript; the processes that race need the compiler hook as well.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const register = fileURLToPath(new URL('../setup/swc-register.cjs', import.meta.url));
process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --require "${register}"`.trim();
require(register);
const { contractCli } = require('./cli.ts');
process.exitCode = await contractCli(process.argv.slice(2));
