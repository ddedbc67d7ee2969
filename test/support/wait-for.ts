const POLL_MILLISECONDS = 50;

/**
 * Waits until `probe` gives something.
 *
 * @throws Error that says what was waited for, after `timeoutSeconds`.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  timeoutSeconds = 90,
): Promise<T> {
  const giveUpAt = performance.now() + timeoutSeconds * 1000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > giveUpAt) throw new Error(`waited ${timeoutSeconds} s in vain until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}
