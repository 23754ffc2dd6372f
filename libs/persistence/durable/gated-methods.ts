import type { ServerResponse } from 'node:http';

/** What makes a response send, or commit itself to, something. */
export const GATED_METHODS = [
  'writeHead',
  'write',
  'end',
  'flushHeaders',
  'writeEarlyHints',
] as const;
export type GatedMethod = (typeof GATED_METHODS)[number];

export type NativeMethods = Record<GatedMethod, (...args: unknown[]) => unknown>;

/** The methods as they are now: Node's, or those of whoever wrapped them before. */
export function nativeMethods(response: ServerResponse): NativeMethods {
  const methods = response as unknown as NativeMethods;
  return {
    writeHead: methods.writeHead,
    write: methods.write,
    end: methods.end,
    flushHeaders: methods.flushHeaders,
    writeEarlyHints: methods.writeEarlyHints,
  };
}

/** Tells whoever gave a callback that the call did not reach the client. */
export function answerDropped(args: readonly unknown[]): void {
  const callback = args.at(-1);
  if (typeof callback !== 'function') return;
  const error = new Error('The answer was not sent.');
  process.nextTick(callback, Object.assign(error, { code: 'ERR_STREAM_DESTROYED' }));
}

/** Bytes that a call of `write` or `end` brings; characters where it brings a string. */
export function sizeOfCall(args: readonly unknown[]): number {
  const chunk = args[0];
  if (typeof chunk === 'string') return chunk.length;
  return chunk instanceof Uint8Array ? chunk.byteLength : 0;
}
