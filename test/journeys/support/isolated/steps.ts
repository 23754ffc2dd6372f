/** A moment that a test opens by hand, in place of a time. */
export class Door {
  readonly opened: Promise<void>;
  open!: () => void;

  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

/** Lets everything go on that can go on without a timer. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** `ok`, or the code or name of the error. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'ok';
  } catch (error) {
    const { code, name, message } = error as Error & { code?: string };
    if (name === 'PersistenceError') return String(code);
    return name === 'Error' ? message : name;
  }
}
