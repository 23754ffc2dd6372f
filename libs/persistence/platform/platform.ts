/** What matters here of a place where apps run. */
export interface Platform {
  readonly name: string;
  /** Any of these variables, set to anything but nothing, tells it. */
  readonly detectedBy: readonly string[];
  /** A local disk that the app may write to; undefined: the system's folder for temporary files is one. */
  readonly localFolder?: string;
  /** Folders that look local and lie on a network: no place for a live SQLite file. */
  readonly networkFolders?: readonly string[];
  /** From SIGTERM to SIGKILL (ms), where nothing else was set up; 0: no notice at all. */
  readonly graceMs: number;
  /** While a new deployment starts, the old one still serves. */
  readonly overlaps: boolean;
  /** The process gets no CPU between an answer and the next request. */
  readonly freezes: boolean;
  /** It starts as many instances as there are requests at a time, and cannot be told not to. */
  readonly runsSeveral: boolean;
  /** What tells one deployment from another that gets the same settings: a slot, an environment, a preview. */
  readonly deployment?: DeploymentSource;
  /** Where this is from. */
  readonly source: string;
}

export interface DeploymentSource {
  readonly variable: string;
  /** Values of the main deployment, whose label is empty. */
  readonly main: readonly string[];
  /** The label, where the value itself says nothing to a person. */
  readonly label?: string;
}
