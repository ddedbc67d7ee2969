/**
 * A narrow re-test of the learning rate: short trainings at a few factors on the one that the study holds, and on while
 * the best of them is at an end, compared as all later stages compare: by the best epoch's score.
 *
 * A range test reads a rate off a curve that no training follows, and scaling rules for another batch size are right on
 * average and off by up to four times on a given data set, which is what this finds.
 *
 * Source: C. Shallue et al., "Measuring the Effects of Data Parallelism on Neural Network Training", JMLR 20 (2019),
 * section 4.7.
 *
 * @module
 */
import { numericHParam } from '../../trials/hparams';
import type { TrialSpec } from '../../words/trial';
import { threeDigits } from '../format';
import { replicateLabel, replicateOf, replicationOf } from '../replicates';
import { shortEpochs } from '../schedules';
import type { Stage, StageContext } from '../stage';
import { studyTraining } from '../study-training';
import { costOf, isRunning, nextTrial } from '../trials';
import { decideRetest } from './decide';
import { furtherRate, FURTHER_RATES_MAX } from './gallop';
import { levelsOf, rateOf } from './levels';
import { LR_RETEST } from './name';
import type { LrRetestOptions } from './options';

type Context = StageContext<LrRetestOptions>;

export const lrRetest: Stage<LrRetestOptions> = {
  name: LR_RETEST,
  question: 'whether the learning rate still fits',
  budgetShare: 0.1,
  decides: 'learningRate',
  mustFollow: { valueOf: 'learningRate' },

  suggest(context) {
    const {
      options,
      trials,
      facts: { objective },
    } = context;
    const replicates = replicationOf(options).seeds;
    const rates = initialRates(context);
    const first = rates.length * replicates;
    // Seed by seed, so that every rate has been tried once before any is tried again.
    if (trials.length < first)
      return training(context, rates[trials.length % rates.length]!, Math.floor(trials.length / rates.length));
    const extra = trials.length - first;
    if (extra % replicates !== 0) return training(context, rateOf(trials[trials.length - 1]!), extra % replicates);
    if (trials.some(isRunning) || extra / replicates >= FURTHER_RATES_MAX) return undefined;
    if (trials.some(({ result }) => result?.outcome.status === 'outOfMemory')) return undefined;
    const further = furtherRate(levelsOf(trials, objective));
    return further === undefined ? undefined : training(context, further, 0);
  },

  decide: (context) => decideRetest(context, epochsOf(context)),

  estimate(context) {
    const {
      options: { factors, ...options },
    } = context;
    const trials = (factors.length + FURTHER_RATES_MAX) * replicationOf(options).seeds;
    const one = costOf(context, { hparams: context.incumbent, limit: { epochs: epochsOf(context) } });
    return { trials, steps: trials * one.steps, examples: trials * one.examples };
  },
};

function epochsOf({ options, facts, incumbent }: Context): number {
  return options.epochs ?? shortEpochs(facts.training, facts.trainExamples, numericHParam(incumbent, 'batchSize'));
}

/** The study's rate itself stays as it is; the others are rounded. */
function initialRates({ options, incumbent }: Context): readonly number[] {
  const learningRate = numericHParam(incumbent, 'learningRate');
  return options.factors.map((factor) => (factor === 1 ? learningRate : threeDigits(learningRate * factor)));
}

function training(context: Context, learningRate: number, replicate: number): TrialSpec {
  const { incumbent, seed, options } = context;
  const replication = replicationOf(options);
  const epochs = epochsOf(context);
  const factor = Number((learningRate / numericHParam(incumbent, 'learningRate')).toPrecision(2));
  return nextTrial(context, {
    label: `factor ${factor}, ${replicateLabel(replicate, replication.seeds, replication)}`,
    hparams: { ...incumbent, learningRate },
    ...replicateOf(seed, replicate, replication),
    ...studyTraining(context, incumbent, epochs),
    stop: { dead: true },
    evaluate: { validation: 'epoch', test: false },
  });
}
