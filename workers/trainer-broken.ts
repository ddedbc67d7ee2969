/** No process with TensorFlow can start on this machine. */
export class TrainerBroken extends Error {
  override readonly name = 'TrainerBroken';
}

/** The process's whole error output is the cause; for people, the line of it that names the trouble. */
export function asTrainerBroken(error: unknown): never {
  const lines = (error instanceof Error ? error.message : String(error)).split('\n').map((line) => line.trim());
  const reason =
    lines.find((line) => /^(\w*Error\b.*?|.*cannot open shared object.*|.*native.*binding.*): /i.test(line)) ??
    lines[0] ??
    '';
  const fix = 'prepare it with: stepwell bootstrap (in a checkout: npm run bootstrap), and see stepwell doctor';
  throw new TrainerBroken(`TensorFlow does not start on this machine (${reason.slice(0, 300)}); ${fix}`, {
    cause: error,
  });
}
