/** Servers and commands that this run must have, by name, in `REQUIRE_PEERS`: without them a test fails instead of being skipped. */
export const isRequired = (peer: string): boolean =>
  (process.env.REQUIRE_PEERS ?? '').split(',').includes(peer);
