/**
 * Which orders of stages make sense, and why the others do not.
 *
 * @module
 */
import type { Problem } from './problem';
import type { ParsedStage } from './stage-uses';

/** Orders that waste a whole stage or cannot work. */
export function orderProblems(stages: readonly ParsedStage[], startsWithLearningRate: boolean): readonly Problem[] {
  return stages.flatMap((use, i) => {
    const rule = orderRule(use, stages[i - 1], stages.slice(0, i), startsWithLearningRate);
    return rule === undefined ? [] : [{ path: `stages.${use.index}.stage`, value: use.stage, ...rule }];
  });
}

function orderRule(
  use: ParsedStage,
  previous: ParsedStage | undefined,
  earlier: readonly ParsedStage[],
  startsWithLearningRate: boolean,
): Pick<Problem, 'rule' | 'fix'> | undefined {
  const { stage } = use;
  const final = earlier.find((other) => other.stage === 'finalTrain');
  if (final !== undefined) {
    return stage === 'finalTrain'
      ? {
          rule: `must not repeat finalTrain (stages.${final.index}): a study ends in one model`,
          fix: 'for several trainings set its replicates',
        }
      : {
          rule: `must come before finalTrain (stages.${final.index}): what it decides would not reach the final model`,
        };
  }
  if (stage === 'lrRetest') return retestRule(previous, startsWithLearningRate);
  if (previous?.stage === stage && JSON.stringify(previous.options) === JSON.stringify(use.options)) {
    return {
      rule: `must not repeat stages.${previous.index} with the same options: it would ask the same question again`,
      fix: 'change its options or leave it out',
    };
  }
  return undefined;
}

function retestRule(
  previous: ParsedStage | undefined,
  startsWithLearningRate: boolean,
): Pick<Problem, 'rule' | 'fix'> | undefined {
  if (previous?.stage === 'lrRangeTest' || previous?.stage === 'lrRetest') {
    return {
      rule: `must not follow ${previous.stage} (stages.${previous.index}), which has just measured the learning rate`,
      fix: 'put it after a stage that changes something else, or leave it out',
    };
  }
  if (previous === undefined && !startsWithLearningRate) {
    return {
      rule: 'must not come first: there is no learning rate yet to test again',
      fix: 'use lrRangeTest, or set training.hparams.learningRate',
    };
  }
  return undefined;
}

/** Orders that work but give away some of what they find. */
export function orderWarnings(stages: readonly ParsedStage[]): readonly Problem[] {
  return stages.flatMap((use, i) => {
    if (use.stage !== 'batchSizeLadder') return [];
    const sweep = stages.slice(0, i).find(({ stage }) => stage === 'regularizationSweep');
    if (sweep === undefined) return [];
    const rule = `should come before regularizationSweep (stages.${sweep.index}): the best regularization depends on the batch size`;
    return [{ path: `stages.${use.index}.stage`, rule, value: use.stage }];
  });
}
