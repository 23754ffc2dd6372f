/**
 * The part of `shutdownTimeoutMs` that goes to requests which are still under way when the app closes, and again to
 * transactions which are; the rest is for the store.
 */
export const CLOSING_SHARE = 0.4;
