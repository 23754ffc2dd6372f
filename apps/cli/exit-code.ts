/** What the command line ends with. */
export const EXIT = {
  ok: 0,
  /** It was tried and did not succeed, or found something wrong. */
  failed: 1,
  /** The command line itself was wrong: nothing was tried. */
  usage: 2,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
