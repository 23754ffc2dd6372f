/** One object. There are no versions: the one before is gone. */
export interface StoredObject {
  readonly body: Buffer;
  /** Without quotes. */
  readonly etag: string;
  /** ms since 1970. */
  readonly modified: number;
  /** Content type and metadata, as they were sent. */
  readonly headers: Readonly<Record<string, string>>;
}
