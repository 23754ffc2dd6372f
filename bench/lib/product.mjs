import { createRequire } from 'node:module';
import { setImmediate } from 'node:timers/promises';

const require = createRequire(import.meta.url);

/** A room of the built package, by its front door. */
export const room = (name) => require(`../../dist/nestjs-persistence/${name}/index.js`);

/**
 * The kernel below the front door of `ltx`. Nobody but this benchmark may call it directly: here it is weighed against
 * the libraries that it stands in for.
 */
export const codecs = () => ({
  pageKernel: require('../../dist/nestjs-persistence/ltx/lz4/page-kernel.js').pageKernel,
  Crc64: room('ltx').Crc64,
});

/** A dependency of the root package, not of this one. */
export const fromRoot = (name) => require(name);

/** The clock that the protocol wants. */
export function replicaClock() {
  const { systemClock } = room('storage');
  return {
    now: () => systemClock.now(),
    sleep: (ms, signal) => systemClock.sleep(ms, signal),
    immediate: () => setImmediate(),
  };
}
