/** What the exit code of every command says; `stepwell --help` prints this table. */
export const EXIT_CODES = {
  ok: { code: 0, meaning: 'done' },
  failed: { code: 1, meaning: 'the study or the operation failed, or was cancelled' },
  badInput: { code: 2, meaning: 'bad input: the command line, the study file, the data set or the model' },
  environment: {
    code: 3,
    meaning: 'the environment: no Temporal server, no object store, no permission, no TensorFlow binding',
  },
  interrupted: { code: 130, meaning: 'interrupted by Ctrl-C' },
} as const;

export type Exit = keyof typeof EXIT_CODES;

/** The table for `--help`. */
export function exitCodesHelp(): string {
  const lines = Object.values(EXIT_CODES).map(({ code, meaning }) => `  ${String(code).padEnd(4)} ${meaning}`);
  return ['', 'Exit codes:', ...lines].join('\n');
}
