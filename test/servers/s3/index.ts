export { type S3AdminCommand } from './admin';
export {
  CONFLICT,
  type S3Fault,
  type S3FaultRule,
  S3Faults,
  SLOW_DOWN,
  TOO_MANY_REQUESTS,
} from './faults';
export { type S3Operation } from './request';
export { type RecordedRequest, type S3Server, type S3ServerOptions, startS3Server } from './server';
