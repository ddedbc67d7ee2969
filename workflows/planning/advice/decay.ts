import { dimensionsFor, isLogarithmic, isRelative } from '../../search/space';
import type { Problem } from '../../spec/problem';
import { formatNumber } from '../../stages/format';
import { stretched } from '../../stages/schedules';
import { stepsOf } from '../../trials/length';
import { numericHParam } from '../../trials/hparams';
import { decayFor, shrinkage, sumOfFactors } from '../../trials/weight-decay';
import type { OptimizerName } from '../../words/study';
import { numbersIn, numbersOf } from './advised';
import type { Advised, AdvisedStage, Rule, Span } from './advised';

/** Weights that shrink by less than this do not notice. */
const INERT = 0.01;
/** A range may begin below what matters, but not waste more of itself on it. */
const WASTE_MAX = 0.25;
const RANGE = [0.01, 0.99] as const;

const ADAPTIVE: readonly OptimizerName[] = ['adam', 'adamw', 'rmsprop', 'adagrad'];

/** Least and most that the learning rates of a stage's whole trainings add up to. */
function sumsOfRates({ study, facts }: Advised, { epochs, rates, batches }: AdvisedStage): Span | undefined {
  if (facts === undefined) return undefined;
  const sum = (length: number, rate: number, batchSize: number): number => {
    const steps = stepsOf({ epochs: length }, facts.trainExamples, batchSize);
    return rate * sumOfFactors(stretched(study.training, length, steps), { steps, epochs: length });
  };
  return { low: sum(epochs.low, rates.low, batches.high), high: sum(epochs.high, rates.high, batches.low) };
}

const percent = (share: number): string => `${formatNumber(100 * share)} %`;

/** What a decay does, in words: one number where the rate is known, else the two between which it lies. */
function doing(decay: number, sums: Span): string {
  const [low, high] = [sums.low, sums.high].map((sum) => percent(shrinkage(decay, sum)));
  return low === high ? `${low}` : `${low} to ${high}`;
}

function rangeFor(sums: Span): string {
  const known = sums.high < 1.01 * sums.low;
  const bounds = RANGE.map((share) => formatNumber(decayFor(share, sums.high)));
  return `write { shrink: [${RANGE.join(', ')}] }${known ? `, here { logUniform: [${bounds.join(', ')}] }` : ''}`;
}

function problemOf(path: string, { low, high }: Span, isLog: boolean, sums: Span, epochs: number): Problem | undefined {
  const value = low === high ? low : [low, high];
  const inert = decayFor(INERT, sums.high);
  const fix = rangeFor(sums);
  if (high < inert)
    return {
      path,
      value,
      fix,
      rule: `has no effect: it shrinks weights by ${doing(high, sums)} in the whole training`,
    };
  // Weights are an average over what was learnt in 1 / (rate * decay) steps.
  if (high * sums.low > epochs)
    return {
      path,
      value,
      fix,
      rule: `leaves nothing learnt: at ${formatNumber(high)} weights forget within ${formatNumber(epochs / (high * sums.low))} epochs all that they were`,
    };
  const wasted = isLog && low > 0 ? Math.log(inert / low) / Math.log(high / low) : 0;
  if (wasted <= WASTE_MAX) return undefined;
  return {
    path,
    value,
    fix,
    rule: `spends ${percent(wasted)} of the range on decays without effect: from ${doing(low, sums)} at the low end to ${doing(high, sums)} at the high end is what weights shrink by in the whole training`,
  };
}

export const weightDecay: Rule = {
  name: 'weight decay shrinks weights by more than 1 % in a training, and takes more than an epoch to replace them',
  of(advised) {
    const { study, stages } = advised;
    const start = numericHParam(study.training.hparams, 'weightDecay');
    const longest = stages.at(-1);
    const sums = longest && sumsOfRates(advised, longest);
    const own =
      start > 0 && sums !== undefined
        ? [problemOf('training.hparams.weightDecay', { low: start, high: start }, false, sums, longest!.epochs.low)]
        : [];
    const searched = stages.flatMap((stage) => {
      const stageSums = sumsOfRates(advised, stage);
      return dimensionsFor(stage.space, 'weightDecay').map((dimension) => {
        const numbers = isRelative(dimension) ? undefined : numbersOf(dimension);
        if (stageSums === undefined || numbers === undefined) return undefined;
        return problemOf(
          `${stage.path}.space.weightDecay`,
          numbers,
          isLogarithmic(dimension),
          stageSums,
          stage.epochs.low,
        );
      });
    });
    return [...own, ...searched].filter((problem) => problem !== undefined);
  },
};

export const penaltyUnderAdaptive: Rule = {
  name: 'l2 is no weight decay where an optimizer divides gradients by their size',
  of({ study: { training }, stages }) {
    const places = [
      ...(numericHParam(training.hparams, 'l2') > 0
        ? [{ path: 'training.hparams.l2', optimizers: [training.optimizer.name] }]
        : []),
      ...stages
        .filter(({ space }) => dimensionsFor(space, 'l2').length > 0)
        .map(({ path, optimizers }) => ({ path: `${path}.space.l2`, optimizers })),
    ];
    return places.flatMap(({ path, optimizers }): readonly Problem[] => {
      const adaptive = optimizers.filter((name) => ADAPTIVE.includes(name));
      if (adaptive.length === 0) return [];
      const rule = `is no weight decay under ${adaptive.join(', ')}: its gradient is divided by the size of all gradients, so that weights with large ones hardly shrink`;
      return [{ path, rule, value: undefined, fix: 'use weightDecay, which is decoupled' }];
    });
  },
};

/** Rates further apart than this leave little of a range of shares. */
const RATES_APART = 4;

export const sharesBesideRates: Rule = {
  name: 'shares of weights are for one learning rate, not for all of a space',
  of({ stages }) {
    return stages.flatMap((stage): readonly Problem[] => {
      const shares = dimensionsFor(stage.space, 'weightDecay').filter((dimension) => isRelative(dimension));
      const rates = numbersIn(stage, 'learningRate');
      const apart = Math.max(...rates.map(({ high }) => high)) / Math.min(...rates.map(({ low }) => low));
      if (shares.length === 0 || rates.length === 0 || apart <= RATES_APART) return [];
      return [
        {
          path: `${stage.path}.space.weightDecay`,
          rule: `shrinks weights by such shares at the rate that the study holds when the stage begins only, and the space has rates ${formatNumber(apart)} times apart`,
          value: undefined,
          fix: 'decide the rate in a stage before, or vary it here by times: [0.5, 1, 2]',
        },
      ];
    });
  },
};
