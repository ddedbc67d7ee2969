/**
 * Ctrl-C: the first press ends a command in order, the second at once.
 *
 * @module
 */
import { CommandError } from './failure';
import { EXIT_CODES } from './exit-codes';

export interface Interrupt {
  /** Aborted by the first signal; its reason is the error that the command ends with. */
  readonly signal: AbortSignal;
  /** Gives the signals back to Node. */
  release(): void;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Listens for the signals that end a command. @param message What the user is told when it ends after the first one. */
export function listenForInterrupt(message: () => string): Interrupt {
  const controller = new AbortController();
  const onSignal = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted.code);
    controller.abort(new CommandError(message(), 'interrupted', 'Interrupted'));
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    release: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}

/** Waits for `work`, or for the interrupt, whichever comes first. @throws the interrupt's error. */
export async function unlessInterrupted<T>({ signal }: Interrupt, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
