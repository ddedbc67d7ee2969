/**
 * What a `stepwell` process that fails tells the one that started it, beside the sentence in its log.
 *
 * @module
 */
interface FailureMessage {
  readonly failure: string;
}

/** Tells the type of the error that ends this process to whoever forked it. */
export function tellParent(failure: string): void {
  // A parent that is gone needs no word.
  if (process.connected) process.send?.({ failure } satisfies FailureMessage, undefined, undefined, () => undefined);
}

/** The type in a message of `tellParent`; undefined for any other. */
export function failureIn(message: unknown): string | undefined {
  const said = typeof message === 'object' && message !== null && 'failure' in message ? message.failure : undefined;
  return typeof said === 'string' ? said : undefined;
}
