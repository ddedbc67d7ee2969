import { formatProblems, parseStudy } from '../../../workflows/spec';
import type { ParsedStudy } from '../../../workflows/spec';

export const MINIMAL = {
  name: 'minimal',
  dataset: { format: 'idx', uri: 'data' },
  model: { preset: 'mnist-cnn' },
  stages: [{ stage: 'finalTrain' }] as readonly object[],
};

export const SWEEP = { stage: 'regularizationSweep', space: { dropoutRate: { uniform: [0, 0.6] } } };

export function parsed(study: unknown): ParsedStudy {
  const result = parseStudy(study);
  if (!result.ok) throw new Error(formatProblems(result.problems));
  return result.study;
}

export function problems(study: unknown, known = {}): string {
  const result = parseStudy(study, known);
  return result.ok ? '' : formatProblems(result.problems);
}

export const withStages = (...stages: readonly object[]): object => ({ ...MINIMAL, stages });
export const withSpace = (space: object): object => withStages({ stage: 'regularizationSweep', space });
