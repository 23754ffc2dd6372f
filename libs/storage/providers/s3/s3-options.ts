export interface S3StoreOptions {
  /** It must exist: a bucket is never made, as its region, its owner and its rules are decisions of its own. */
  readonly bucket: string;
  /** URL of an S3-compatible service, without the bucket; AWS where left out. */
  readonly endpoint?: string;
  /**
   * Left out: on AWS what the SDK finds (`AWS_REGION`, a profile); with an `endpoint` `AWS_REGION`, else `us-east-1`,
   * which most services take for "any".
   */
  readonly region?: string;
  /** With `secretAccessKey`, or both left out: then the SDK looks for credentials itself (variables, profile, role). */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
  /** The bucket in the path instead of the host name. Default: with an `endpoint`. */
  readonly forcePathStyle?: boolean;
  /** Sent with every request: what some services want to be told. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `If-Match` is sent without the quotes of the tag: DigitalOcean Spaces understands no others. */
  readonly bareIfMatch?: boolean;
  /**
   * An `S3Client` of the app's own, used as it is; of the other options only `bucket` and `bareIfMatch` are then read. Give it `maxAttempts: 1`
   * (retries are ours), `responseChecksumValidation: 'WHEN_REQUIRED'` (with it a body that breaks is noticed at once),
   * and an agent with keep-alive.
   */
  readonly client?: S3ClientLike;
}

/** What is needed of the SDK's `S3Client`; a type of our own, so that these options can be read without the SDK. */
export interface S3ClientLike {
  readonly config: object;
  readonly middlewareStack: object;
  send(...args: never[]): unknown;
}
