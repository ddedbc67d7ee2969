import type { ClassWeights } from '../../../workflows/words/study';

/** Names among the weights that no class has. */
export const unknownClasses = (weights: ClassWeights, classNames: readonly string[]): readonly string[] =>
  weights === 'balanced' ? [] : Object.keys(weights).filter((name) => !classNames.includes(name));

/**
 * The weight of each class in the loss. `balanced`: examples / (classes × examples of the class), over the classes that
 * there are, so that their mean over the examples is 1; else as given, and 1 where a class is not named.
 *
 * @param labels Of the training split.
 * @throws RangeError for a name that no class has.
 */
export function classWeightsOf(
  weights: ClassWeights,
  classNames: readonly string[],
  labels: Iterable<number>,
): readonly number[] {
  const [unknown] = unknownClasses(weights, classNames);
  if (unknown !== undefined)
    throw new RangeError(`classWeights must name classes of the data set, ${classNames.join(', ')}, got ${unknown}`);
  if (weights !== 'balanced') return classNames.map((name) => weights[name] ?? 1);
  const counts = new Array<number>(classNames.length).fill(0);
  for (const label of labels) counts[label]! += 1;
  const examples = counts.reduce((sum, count) => sum + count, 0);
  const classes = counts.filter((count) => count > 0).length;
  return counts.map((count) => (count === 0 ? 1 : examples / (classes * count)));
}
