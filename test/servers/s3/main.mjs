// Starts the S3 server as a process; it is TypeScript.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
require(fileURLToPath(new URL('../../setup/swc-register.cjs', import.meta.url)));
const { s3ServerCli } = require('./cli.ts');
process.exitCode = await s3ServerCli(process.argv.slice(2));
