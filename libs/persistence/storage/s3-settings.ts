import { PersistenceError } from '../../errors';
import type { S3StoreOptions } from '../../storage';
import { checkObjectName } from './object-name';
import { demandText, refuseUnknown } from './settings-check';

/** Where in S3, or a service that speaks its protocol, the replica lies. */
export interface S3Settings extends S3StoreOptions {
  /** Object that a plain database file lies under, folders included (default `<name>.db`); the log lies in `<key>.replica/`. */
  readonly key?: string;
}

const KNOWN = [
  'bucket',
  'key',
  'endpoint',
  'region',
  'accessKeyId',
  'secretAccessKey',
  'sessionToken',
  'forcePathStyle',
  'headers',
  'bareIfMatch',
  'client',
];

/** Rejects what no service could be reached with, naming the setting by `named` (a variable, where it came from one). */
export function checkS3Settings(
  settings: S3Settings,
  named: (setting: keyof S3Settings) => string = (setting) => `The setting "${setting}" of s3()`,
): S3Settings {
  refuseUnknown('s3', settings, KNOWN);
  demandText(settings, 'bucket', named, "Write s3({ bucket: 'my-bucket' }).");
  const { accessKeyId, secretAccessKey, sessionToken, endpoint, key } = settings;
  if (accessKeyId !== undefined && secretAccessKey === undefined) {
    throw incomplete(named('accessKeyId'), named('secretAccessKey'));
  }
  if (secretAccessKey !== undefined && accessKeyId === undefined) {
    throw incomplete(named('secretAccessKey'), named('accessKeyId'));
  }
  if (sessionToken !== undefined && accessKeyId === undefined) {
    throw incomplete(named('sessionToken'), named('accessKeyId'));
  }
  if (endpoint !== undefined && !isHttpUrl(endpoint)) {
    throw new PersistenceError('OPTION_INVALID', `${named('endpoint')} is no URL.`, {
      hint: 'Write it with its protocol, for example https://<account>.r2.cloudflarestorage.com, and without the bucket.',
    });
  }
  if (endpoint !== undefined) refuseBucketInPath(endpoint, settings.bucket, named('endpoint'));
  if (key !== undefined) checkObjectName(key, named('key'));
  return settings;
}

function incomplete(given: string, missing: string): PersistenceError {
  return new PersistenceError(
    'STORE_SETTINGS_INCOMPLETE',
    `${given} is set, but ${lowerFirst(missing)} is not.`,
    { hint: `Set both, or neither: then the AWS provider chain is asked.` },
  );
}

function lowerFirst(text: string): string {
  return text.startsWith('The ') ? `t${text.slice(1)}` : text;
}

/**
 * Dashboards show addresses with the bucket at the end. Used like that, another folder would be written to, or another
 * bucket. A longer path is that of a gateway.
 */
function refuseBucketInPath(endpoint: string, bucket: string, named: string): void {
  const { origin, pathname } = new URL(endpoint);
  const segments = pathname.split('/').filter((segment) => segment !== '');
  if (segments.length !== 1 && segments.at(-1) !== bucket) return;
  const gateway = segments.slice(0, -1).map((segment) => `/${segment}`);
  throw new PersistenceError(
    'OPTION_INVALID',
    `${named} has a path (${pathname}): write it without the bucket.`,
    { hint: `Write ${origin}${gateway.join('')}, and the bucket in a setting of its own.` },
  );
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}
