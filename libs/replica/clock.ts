/** Time as the protocol sees it; handed in, so that a test or a simulation decides what passes. */
export interface Clock {
  /** ms since 1970. */
  now(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Resolves after the callbacks that are due now have run. */
  immediate(): Promise<void>;
}
