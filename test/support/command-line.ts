import { main } from '../../cli/main';

/** What the command line has said since it was started last, for tests that look meanwhile. */
export const output = { stdout: '', stderr: '' };

/** Keeps from the terminal what this process writes, in `output`. @returns What ends that. */
export function captureOutput(): () => void {
  Object.assign(output, { stdout: '', stderr: '' });
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    jest.spyOn(process[name], 'write').mockImplementation((text) => {
      output[name] += String(text);
      return true;
    }),
  );
  return () => spies.forEach((spy) => spy.mockRestore());
}

/** Runs the command line in this process. @returns its exit code and what it said. */
export async function stepwell(
  ...args: readonly string[]
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const release = captureOutput();
  try {
    return { code: await main(args), ...output };
  } finally {
    release();
    process.exitCode = undefined;
  }
}
