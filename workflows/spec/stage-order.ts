/**
 * Which orders of stages make sense, and why the others do not: by what the stages declare.
 *
 * @module
 */
import type { Problem } from './problem';
import { STAGE_NAMES, stageNamed } from './stage-uses';
import type { ParsedStage } from './stage-uses';

type Refusal = Pick<Problem, 'rule' | 'fix'>;

/** Hyperparameters that the study starts with, as written. */
type Given = Readonly<Record<string, unknown>>;

/** Orders that waste a whole stage or cannot work. @param given `training.hparams` */
export function orderProblems(stages: readonly ParsedStage[], given: Given): readonly Problem[] {
  return stages.flatMap((use, i) => {
    const refusal =
      afterTheLast(use, stages.slice(0, i)) ??
      nothingToRetest(use, stages[i - 1], given) ??
      repeated(use, stages[i - 1]);
    return refusal === undefined ? [] : [{ path: `stages.${use.index}.stage`, value: use.stage, ...refusal }];
  });
}

function afterTheLast({ stage }: ParsedStage, earlier: readonly ParsedStage[]): Refusal | undefined {
  const last = earlier.find((other) => stageNamed(other.stage).mustBeLast === true);
  if (last === undefined) return undefined;
  if (stage !== last.stage)
    return {
      rule: `must come before ${last.stage} (stages.${last.index}): what it decides would not reach the final model`,
    };
  return {
    rule: `must not repeat ${last.stage} (stages.${last.index}): a study ends in one model`,
    fix: 'for several trainings set its replicates',
  };
}

function nothingToRetest({ stage }: ParsedStage, previous: ParsedStage | undefined, given: Given): Refusal | undefined {
  const { mustFollow } = stageNamed(stage);
  if (mustFollow === undefined || previous !== undefined) return undefined;
  const hparam = mustFollow.valueOf;
  const words = hparam.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  if (given[hparam] !== undefined) return undefined;
  const others = STAGE_NAMES.map(stageNamed).filter((other) => other.decides === hparam && !other.mustFollow);
  return {
    rule: `must not come first: there is no ${words} yet to test again`,
    fix: `use ${others.map(({ name }) => name).join(' or ')}, or set training.hparams.${hparam}`,
  };
}

function repeated(use: ParsedStage, previous: ParsedStage | undefined): Refusal | undefined {
  if (previous === undefined || kindOf(previous) !== kindOf(use)) return undefined;
  if (JSON.stringify(previous.options) !== JSON.stringify(use.options)) return undefined;
  return {
    rule: `must not repeat stages.${previous.index} with the same options: it would ask the same question again`,
    fix: 'change its options or leave it out',
  };
}

const kindOf = ({ stage }: ParsedStage): string => stageNamed(stage).aliasOf ?? stage;

/** Orders that work but give away some of what they find. */
export function orderWarnings(stages: readonly ParsedStage[]): readonly Problem[] {
  return stages.flatMap((use, i) => {
    const { decides } = stageNamed(use.stage);
    for (const { stage, index } of stages.slice(0, i)) {
      const { shouldFollow } = stageNamed(stage);
      if (shouldFollow === undefined || shouldFollow.decisionOn !== decides) continue;
      const rule = `should come before ${stage} (stages.${index}): ${shouldFollow.because}`;
      return [{ path: `stages.${use.index}.stage`, rule, value: use.stage }];
    }
    return [];
  });
}
