import { PersistenceError } from '../../../errors';

/** The SDK: 22 MiB and 170 ms, so it is loaded by those who open such a store, and an optional peer. */
export type S3Sdk = typeof import('@aws-sdk/client-s3');

const PACKAGE = '@aws-sdk/client-s3';

export async function loadS3Sdk(): Promise<S3Sdk> {
  try {
    return await import('@aws-sdk/client-s3');
  } catch (cause) {
    throw new PersistenceError('PACKAGE_MISSING', `Storing in S3 needs the package ${PACKAGE}.`, {
      hint: `Run: npm install ${PACKAGE}`,
      cause,
    });
  }
}
