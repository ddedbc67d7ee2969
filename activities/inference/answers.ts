/**
 * What a model says of one image, by its task.
 *
 * @module
 */
import type { TaskName } from '../../workflows/tasks';
import type { ModelOutputs } from './protocol';

type ByName = Readonly<Record<string, number>>;

/** One class of several; labels that are there or not; or numbers. */
export type Answer =
  | { readonly label: string; readonly probability: number; readonly probabilities: ByName }
  | { readonly labels: readonly string[]; readonly probabilities: ByName }
  | { readonly numbers: ByName };

/** A label is there above it: where its logit is above 0. */
const THERE_ABOVE = 0.5;

/** Outputs of the exported model that answers are made of. */
export const OUTPUTS_ASKED: Readonly<Record<TaskName, readonly ['probabilities' | 'numbers']>> = {
  classification: ['probabilities'],
  multiLabel: ['probabilities'],
  regression: ['numbers'],
};

/** @param names Of classes or targets, in the order of the outputs. @returns An answer for each image. */
export function answersOf(task: TaskName, names: readonly string[], outputs: ModelOutputs): readonly Answer[] {
  const values = outputs[OUTPUTS_ASKED[task][0]] ?? new Float32Array();
  return Array.from({ length: values.length / names.length }, (_, i) =>
    answerOf(task, names, values.subarray(i * names.length, (i + 1) * names.length)),
  );
}

function answerOf(task: TaskName, names: readonly string[], values: Float32Array): Answer {
  const byName = Object.fromEntries(names.map((name, i) => [name, values[i] as number]));
  if (task === 'regression') return { numbers: byName };
  if (task === 'multiLabel')
    return { labels: names.filter((_, i) => (values[i] as number) > THERE_ABOVE), probabilities: byName };
  const best = values.reduce((most, value, i) => (value > (values[most] as number) ? i : most), 0);
  return { label: names[best] as string, probability: values[best] as number, probabilities: byName };
}
