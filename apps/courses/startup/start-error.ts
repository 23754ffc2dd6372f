/** Why the app does not start, for a person: printed as one line, without a stack. */
export class StartError extends Error {
  override readonly name = 'StartError';

  constructor(
    readonly code: 'SETTING_INVALID' | 'PORT_IN_USE' | 'PORT_DENIED' | 'HOST_UNKNOWN',
    message: string,
    readonly hint: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }

  override toString(): string {
    return `${this.code}: ${this.message} ${this.hint}`;
  }
}
