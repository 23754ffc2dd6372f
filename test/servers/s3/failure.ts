/** A refusal as the service words it: HTTP status, code, text. */
export class S3Failure extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export const noSuchBucket = () =>
  new S3Failure(404, 'NoSuchBucket', 'The specified bucket does not exist');
export const noSuchKey = () => new S3Failure(404, 'NoSuchKey', 'The specified key does not exist.');
export const preconditionFailed = () =>
  new S3Failure(412, 'PreconditionFailed', 'At least one of the pre-conditions did not hold');
/** Better than to pass over what a client relies on. */
export const notImplemented = (what: string) =>
  new S3Failure(501, 'NotImplemented', `This server has no ${what}`);
