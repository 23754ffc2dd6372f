import { type IncomingMessage } from 'node:http';
import { type Answer } from './answer';
import { type S3FaultRule, type S3Faults } from './faults';
import { readPayload } from './payload';
import { type S3Service } from './service';

/** No bucket can have this name. */
export const ADMIN_PATH = '/_faults';
const COMMAND_BYTES_MAX = 64 * 1024;

/** What another process may ask for, in JSON; any of these together, done in this order. */
export interface S3AdminCommand {
  readonly heal?: boolean;
  readonly inject?: S3FaultRule;
  readonly latencyMs?: number;
  readonly revoked?: boolean;
  readonly createBucket?: string;
  readonly deleteBucket?: string;
}

/** `POST /_faults`: needs no credentials, as the server listens on this host only and holds nothing of worth. */
export async function administer(
  message: IncomingMessage,
  faults: S3Faults,
  service: S3Service,
): Promise<Answer> {
  const text = (await readPayload(message, COMMAND_BYTES_MAX)).toString();
  if (message.method !== 'POST') return { status: 405 };
  const command = JSON.parse(text) as S3AdminCommand;
  if (command.heal) faults.heal();
  if (command.inject !== undefined) faults.inject(command.inject);
  if (command.latencyMs !== undefined) faults.latencyMs = command.latencyMs;
  if (command.revoked !== undefined) faults.revoked = command.revoked;
  if (command.createBucket !== undefined) service.createBucket(command.createBucket);
  if (command.deleteBucket !== undefined) service.deleteBucket(command.deleteBucket);
  return { status: 204 };
}
