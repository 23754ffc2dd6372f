export { ERROR_CODES, type ErrorCode, type ErrorKind } from './error-codes';
export {
  isPersistenceError,
  PersistenceError,
  type PersistenceErrorData,
  type PersistenceErrorDetails,
} from './persistence-error';
