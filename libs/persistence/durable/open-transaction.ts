/** A transaction of the app, to those who must not answer before it has ended. */
export interface OpenTransaction {
  /** Resolves when the outermost level of it has ended, to whether that committed. Never rejects. */
  readonly ended: Promise<boolean>;
}

/** Of one DataSource: who is inside a transaction. */
export interface TransactionContext {
  /** The open transaction that the calling async context is in, the same object at every call; undefined if it is in none. */
  current(): OpenTransaction | undefined;
  /**
   * As `current()`; where that knows nothing, the open transaction that was begun by hand in the calling HTTP request.
   * Code of the request may stand beside it, so that this is for waiting only.
   */
  ofRequest(): OpenTransaction | undefined;
}
