#!/usr/bin/env node
import { runCommandLine } from './run';

// The exit code is set and not forced: what was written is written before the process ends.
void runCommandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
