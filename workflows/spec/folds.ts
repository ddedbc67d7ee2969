import type { Problem } from './problem';
import { prunersOf } from './pruner';
import type { ParsedStage } from './stage-uses';

/** What cannot go with `dataset.validation.folds`. */
export function foldProblems(folds: unknown, stages: readonly ParsedStage[]): readonly Problem[] {
  if (folds === undefined) return [];
  return stages.flatMap(({ index, options }) => {
    const { pruner } = options as { readonly pruner?: Parameters<typeof prunersOf>[0] };
    const pausing = (pruner === undefined ? [] : prunersOf(pruner)).find(
      ({ name }) => name !== 'none' && name !== 'wilcoxon',
    );
    return pausing === undefined
      ? []
      : [
          {
            path: `stages.${index}.pruner`,
            value: pausing.name,
            rule: 'must be none or wilcoxon beside dataset.validation.folds: what one fold shows on its way is no mean over folds',
            fix: 'leave the pruner out, or set dataset.validationFraction in place of dataset.validation',
          },
        ];
  });
}
