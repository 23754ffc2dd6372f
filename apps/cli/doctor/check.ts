import { isPersistenceError, isStoreError } from '../access';

export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warn' | 'fail';
  /** What was seen. */
  readonly message: string;
  /** What to do; absent where all is well. */
  readonly hint?: string;
}

export const ok = (name: string, message: string): Check => ({ name, state: 'ok', message });

export const warn = (name: string, message: string, hint: string): Check => ({
  name,
  state: 'warn',
  message,
  hint,
});

export const fail = (name: string, message: string, hint: string): Check => ({
  name,
  state: 'fail',
  message,
  hint,
});

/** A check that could not be made is a failed one. */
export async function checked(name: string, look: () => Check | Promise<Check>): Promise<Check> {
  try {
    return await look();
  } catch (error) {
    return failure(name, error);
  }
}

function failure(name: string, error: unknown): Check {
  if (isPersistenceError(error)) return fail(name, `${error.code}: ${error.message}`, error.hint);
  if (isStoreError(error)) {
    return fail(
      name,
      error.message,
      'Check network, address, credentials and permissions of the store.',
    );
  }
  const message = error instanceof Error ? error.message : String(error);
  return fail(name, message, 'This was not expected; --debug and a report help.');
}
