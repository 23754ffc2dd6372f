// The server as a process of a test.
import { s3ServerCli } from './cli';

void s3ServerCli(process.argv.slice(2));
