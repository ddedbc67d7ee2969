import { halvingRungs } from '../../search/pruners/halving';
import type { HalvingOptions } from '../../search/pruners/halving';
import type { Problem } from '../../spec/problem';
import { stepsOf } from '../../trials/length';
import { numbersIn } from './advised';
import type { Advised, AdvisedStage, Rule } from './advised';

/** As `stages/schedules` cuts it. */
const WARMUP_SHARE_MAX = 0.1;

const longestOf = ({ study, stages }: Advised): number =>
  Math.max(...stages.map(({ epochs }) => epochs.high), stages.length === 0 ? study.training.epochs : 0);

export const patienceBeyondEnd: Rule = {
  name: 'early stopping and plateaus need fewer epochs than a training has',
  of(advised) {
    const {
      training: { earlyStopping, schedule },
    } = advised.study;
    const longest = longestOf(advised);
    const never = (path: string, epochs: number, what: string): readonly Problem[] =>
      epochs < longest
        ? []
        : [
            {
              path,
              value: epochs,
              rule: `never ${what}: the longest training has ${longest} epochs`,
              fix: `set it below ${longest}`,
            },
          ];
    const stops =
      earlyStopping === null
        ? []
        : 'patience' in earlyStopping
          ? never('training.earlyStopping.patience', earlyStopping.patience, 'ends a training')
          : 'stripEpochs' in earlyStopping
            ? never('training.earlyStopping.stripEpochs', stripsOf(earlyStopping), 'ends a training')
            : [];
    const falls =
      schedule.name === 'plateau' ? never('training.schedule.patience', schedule.patience, 'lowers the rate') : [];
    return [...stops, ...falls];
  },
};

const stripsOf = (rule: { readonly stripEpochs: number; readonly strips?: number }): number =>
  rule.stripEpochs * (rule.strips ?? 1);

export const milestonesBeyondEnd: Rule = {
  name: 'milestones lie within training.epochs, for which they are written',
  of({ study: { training } }) {
    const { schedule, epochs } = training;
    if (schedule.name !== 'piecewise') return [];
    return schedule.milestones.flatMap(({ epoch }, i): readonly Problem[] =>
      epoch < epochs
        ? []
        : [
            {
              path: `training.schedule.milestones.${i}.epoch`,
              rule: `is never reached: schedules are written for training.epochs, ${epochs}, and move along with longer trainings`,
              value: epoch,
              fix: `set it below ${epochs}`,
            },
          ],
    );
  },
};

function shortestSteps({ facts }: Advised, { epochs, batches }: AdvisedStage): number {
  return facts === undefined ? Infinity : stepsOf({ epochs: epochs.low }, facts.trainExamples, batches.low);
}

export const warmupIsCut: Rule = {
  name: 'warm-up takes at most a tenth of a training, and is cut there',
  of(advised) {
    const { stages, study } = advised;
    const whole = stages.filter(({ isSearch, stage }) => isSearch || stage === 'finalTrain');
    const own = study.training.schedule.warmupSteps ?? 0;
    const least = Math.min(...whole.map((stage) => shortestSteps(advised, stage)));
    const cut = (path: string, value: number, steps: number): readonly Problem[] => {
      const most = Math.floor(steps * WARMUP_SHARE_MAX);
      if (value <= most) return [];
      const how = value >= steps ? 'is longer than a training' : 'is longer than a tenth of a training';
      return [
        {
          path,
          value,
          rule: `${how} of ${steps} steps, and is cut to ${most}`,
          fix: `set at most ${most}, or train longer`,
        },
      ];
    };
    return [
      ...(whole.length === 0 ? [] : cut('training.schedule.warmupSteps', own, least)),
      ...stages.flatMap((stage) =>
        numbersIn(stage, 'warmupSteps').flatMap(({ high }) =>
          cut(`${stage.path}.space.warmupSteps`, high, shortestSteps(advised, stage)),
        ),
      ),
    ];
  },
};

interface PrunerOptions extends Partial<HalvingOptions> {
  readonly name: string;
  readonly warmupEpochs?: number;
  readonly patience?: number;
}

export const rungs: Rule = {
  name: 'a pruner looks before a training ends, and after its warm-up',
  of(advised) {
    return advised.stages.flatMap((stage): readonly Problem[] => {
      const pruner = stage.options['pruner'] as PrunerOptions | undefined;
      if (pruner === undefined || pruner.name === 'none' || pruner.name === 'wilcoxon') return [];
      const epochs = typeof stage.options['epochs'] === 'number' ? stage.epochs.high : advised.study.training.epochs;
      const [key, first] = firstLook(pruner, epochs);
      const path = `${stage.path}.pruner${key === undefined ? '' : `.${key}`}`;
      if (first >= epochs)
        return [
          { path, value: first, rule: `stops nothing: a training has ${epochs} epochs`, fix: `set it below ${epochs}` },
        ];
      return beforeWarmup(advised, stage, path, first, epochs);
    });
  },
};

function firstLook(pruner: PrunerOptions, epochs: number): readonly [string | undefined, number] {
  if (pruner.name === 'patience') return ['patience', (pruner.patience ?? 0) + 2];
  if (pruner.reductionFactor !== undefined) {
    const { reductionFactor, minEpochs } = pruner;
    return [
      minEpochs === undefined ? undefined : 'minEpochs',
      halvingRungs({ reductionFactor, minEpochs }, epochs)[0] ?? epochs,
    ];
  }
  const { warmupEpochs = 0 } = pruner;
  return warmupEpochs === 0 ? [undefined, Math.ceil(epochs / 10)] : ['warmupEpochs', warmupEpochs];
}

function beforeWarmup(
  { facts, study }: Advised,
  { batches }: AdvisedStage,
  path: string,
  first: number,
  epochs: number,
): readonly Problem[] {
  if (facts === undefined) return [];
  const total = stepsOf({ epochs }, facts.trainExamples, batches.low);
  const warmup = Math.min(study.training.schedule.warmupSteps ?? 0, Math.floor(total * WARMUP_SHARE_MAX));
  const steps = stepsOf({ epochs: first }, facts.trainExamples, batches.high);
  if (steps > warmup) return [];
  return [
    {
      path,
      value: first,
      rule: `judges after ${steps} steps, within the warm-up of ${warmup}: losses there tell how fast a rate rises`,
      fix: 'look later, or shorten the warm-up',
    },
  ];
}
