/**
 * Ctrl-C: the first press ends a command in order, the second at once.
 *
 * @module
 */
import { abortable } from '../activities/concurrency';
import { CommandError } from './failure';
import { EXIT_CODES } from './exit-codes';
import { say } from './output';

export interface Interrupt {
  /** Aborted by the first signal; its reason is the error that the command ends with. */
  readonly signal: AbortSignal;
  /** Aborted by the second: what is still running must be ended by force. */
  readonly atOnce: AbortSignal;
  /** Gives the signals back to Node. */
  release(): void;
}

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Servers that are told to end take a second or two. */
const AT_ONCE_MILLISECONDS_MAX = 8_000;

/**
 * Listens for the signals that end a command.
 *
 * @param message What the user is told when it ends after the first one.
 * @param leftBehind What to say of processes that would outlive this one now; without it there are none, and the second
 *   signal ends this process. With it the command has some seconds more to end them, or until a third signal.
 */
export function listenForInterrupt(message: () => string, leftBehind?: () => string | undefined): Interrupt {
  const controller = new AbortController();
  const forced = new AbortController();
  let lastMoment: NodeJS.Timeout | undefined;
  const exit = (): void => {
    const words = leftBehind?.();
    if (words !== undefined) say(words);
    process.exit(EXIT_CODES.interrupted.code);
  };
  const onSignal = (): void => {
    if (!controller.signal.aborted) return controller.abort(new CommandError(message(), 'interrupted', 'Interrupted'));
    if (leftBehind === undefined || forced.signal.aborted) return exit();
    forced.abort();
    lastMoment = setTimeout(exit, AT_ONCE_MILLISECONDS_MAX);
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    signal: controller.signal,
    atOnce: forced.signal,
    release: () => {
      clearTimeout(lastMoment);
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}

/** Waits for `work`, or for the interrupt, whichever comes first. @throws the interrupt's error. */
export async function unlessInterrupted<T>({ signal }: Interrupt, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  return abortable(work, signal);
}
