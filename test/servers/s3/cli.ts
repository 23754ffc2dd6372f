import { parseArgs } from 'node:util';
import { startS3Server } from './server';

export const USAGE = `Usage: node test/servers/s3/main.mjs [options]

A small S3 on 127.0.0.1 for tests: access key "test", secret "testtest". Runs until SIGTERM or SIGINT.

  --port <n>         port (default 0: any free one)
  --bucket <name>    bucket to make (default: test); may be repeated
  --latency-ms <n>   added to every request (default 0)
  --root <folder>    keep objects there over a restart (default: in memory)
  --max-bytes <n>    of all objects together (default 1 GiB)
  --help

Prints "READY <url>". POST <url>/_faults takes JSON: inject, heal, latencyMs, revoked, createBucket, deleteBucket.`;

/** The server as a process. Resolves when it has ended, with the exit code. */
export async function s3ServerCli(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      port: { type: 'string', default: '0' },
      bucket: { type: 'string', multiple: true },
      'latency-ms': { type: 'string', default: '0' },
      root: { type: 'string' },
      'max-bytes': { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const server = await startS3Server({
    port: wholeNumber('--port', values.port),
    latencyMs: wholeNumber('--latency-ms', values['latency-ms']),
    ...(values.bucket === undefined ? {} : { buckets: values.bucket }),
    ...(values.root === undefined ? {} : { root: values.root }),
    ...(values['max-bytes'] === undefined
      ? {}
      : { maxBytes: wholeNumber('--max-bytes', values['max-bytes']) }),
  });
  console.log(`READY ${server.url}`);
  await new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
  await server.close();
  return 0;
}

function wholeNumber(option: string, text: string): number {
  if (!/^\d+$/.test(text)) throw new Error(`${option} takes a whole number, not "${text}"`);
  return Number(text);
}
