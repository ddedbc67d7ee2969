/**
 * A narrow re-test of the learning rate: short trainings at a few factors on the one that the study holds, compared by
 * their scores.
 *
 * Scaling rules for another batch size are right on average and off by up to four times on a given data set, which is
 * what this finds.
 *
 * Source: C. Shallue et al., "Measuring the Effects of Data Parallelism on Neural Network Training", JMLR 20 (2019),
 * section 4.7.
 *
 * @module
 */
import { gainOf, scaleOf } from '../../analysis/scale';
import { isBetter } from '../../analysis/score';
import { ratioSpread } from '../../analysis/statistics';
import { numericHParam } from '../../trials/hparams';
import { deriveSeed } from '../../search/random';
import type { TrialSpec } from '../../words/trial';
import { confidenceBy, SEEDS_HIGH } from '../confidence';
import { count, formatDifference, formatNumber, threeDigits } from '../format';
import { shortEpochs } from '../schedules';
import { StageInconclusive } from '../stage';
import type { Decision, Plot, Stage, StageContext } from '../stage';
import { studyTraining } from '../study-training';
import { costOf, costText, countByStatus, isRunning, nextTrial, trialRows } from '../trials';
import {
  bestLevel,
  eligibleLevels,
  levelsOf,
  nearest,
  rateBeyondEdge,
  rateOf,
  standardErrorOf,
  usableLevels,
} from './levels';
import type { Level, UsableLevel } from './levels';
import type { LrRetestOptions } from './options';

type Context = StageContext<LrRetestOptions>;

/** Further rates beyond an end at which the lowest loss lies. */
const EXTENSIONS_MAX = 2;

/**
 * What scaling rules are off by. A rate that moves by more contradicts the test before it, and short trainings are weak
 * against that.
 */
const MOVE_MAX = 4;

export const lrRetest: Stage<LrRetestOptions> = {
  name: 'lrRetest',
  question: 'whether the learning rate still fits',
  budgetShare: 0.05,
  decides: 'learningRate',
  mustFollow: { valueOf: 'learningRate' },

  suggest(context) {
    const {
      options: { replicates },
      trials,
    } = context;
    const rates = initialRates(context);
    const first = rates.length * replicates;
    // Seed by seed, so that every rate has been tried once before any is tried again.
    if (trials.length < first)
      return training(context, rates[trials.length % rates.length]!, Math.floor(trials.length / rates.length));
    const extra = trials.length - first;
    if (extra % replicates !== 0) return training(context, rateOf(trials[trials.length - 1]!), extra % replicates);
    if (trials.some(isRunning) || extra / replicates >= EXTENSIONS_MAX) return undefined;
    if (trials.some(({ result }) => result?.outcome.status === 'outOfMemory')) return undefined;
    const beyond = rateBeyondEdge(levelsOf(context.trials, context.facts.objective), context.facts.objective);
    return beyond === undefined ? undefined : training(context, beyond, 0);
  },

  decide(context) {
    const { objective } = context.facts;
    const levels = levelsOf(context.trials, objective);
    const usable = usableLevels(levels);
    if (usable.length === 0) throw inconclusive(context);
    const current = numericHParam(context.incumbent, 'learningRate');
    const eligible = eligibleLevels(levels, current);
    const best = bestLevel(eligible, objective);
    const error = standardErrorOf(usable, best, objective);
    const enough = gainOf(best.score, objective) - error;
    const chosen = nearest(
      eligible.filter(({ score }) => gainOf(score, objective) >= enough),
      current,
    );
    return decision(context, levels, { best, chosen, error });
  },

  estimate(context) {
    const {
      options: { factors, replicates },
    } = context;
    const trials = (factors.length + EXTENSIONS_MAX) * replicates;
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
  const { incumbent, seed } = context;
  const epochs = epochsOf(context);
  const factor = Number((learningRate / numericHParam(incumbent, 'learningRate')).toPrecision(2));
  return nextTrial(context, {
    label: `factor ${factor}, seed ${replicate + 1} of ${context.options.replicates}`,
    hparams: { ...incumbent, learningRate },
    seed: deriveSeed(seed, 'replicate', replicate),
    ...studyTraining(context, incumbent, epochs),
    stop: { dead: true },
    evaluate: { validation: 'epoch', test: false },
  });
}

interface Choice {
  readonly best: UsableLevel;
  readonly chosen: UsableLevel;
  /** One standard error of the best one's mean, on the objective's scale. */
  readonly error: number;
}

function decision(context: Context, levels: readonly Level[], choice: Choice): Decision {
  const { chosen, best } = choice;
  const { objective } = context.facts;
  const usable = usableLevels(levels);
  return {
    stage: lrRetest.name,
    stageId: context.stageId,
    hparams: { ...context.incumbent, learningRate: chosen.learningRate },
    because: because(context, choice),
    ...confidenceOf(context, levels, choice),
    evidence: {
      trialIds: context.trials.map(({ spec }) => spec.trialId),
      plots: [plot(context, usable, chosen.learningRate)],
      tables: [
        {
          title: 'Learning rates',
          columns: ['trial', 'label', 'learningRate', 'ended', objective.metric],
          rows: trialRows(context.trials, ['learningRate'], objective),
        },
      ],
      warnings: warningsOf(context, levels, best),
    },
    alternatives: usable
      .filter((level) => level !== chosen)
      .map(({ learningRate, score }) => ({
        hparams: { ...context.incumbent, learningRate },
        note: `${objective.metric} ${formatNumber(score)}; ${costText(
          context,
          context.trials.filter((trial) => rateOf(trial) === learningRate),
        )}`,
      })),
  };
}

function because({ incumbent, options, facts: { objective } }: Context, { best, chosen, error }: Choice): string {
  const current = numericHParam(incumbent, 'learningRate');
  const seeds = count(options.replicates, 'seed');
  const kept =
    chosen.learningRate === current
      ? `${formatNumber(current)} stays`
      : `${formatNumber(chosen.learningRate)} instead of ${formatNumber(current)}`;
  const own = `its ${objective.metric}, ${formatNumber(chosen.score)} over ${seeds}`;
  if (chosen === best) return `${kept}: ${own}, is the best`;
  return `${kept}: ${own}, is within one standard error (${formatDifference(error, objective)}) of the best, ${formatNumber(best.score)} at ${formatNumber(best.learningRate)}, and it changes least`;
}

function confidenceOf(
  context: Context,
  levels: readonly Level[],
  { best, chosen, error }: Choice,
): ReturnType<typeof confidenceBy> {
  const {
    facts: { training, objective },
  } = context;
  const usable = usableLevels(levels);
  const current = numericHParam(context.incumbent, 'learningRate');
  const moves = ratioSpread([chosen.learningRate, current]);
  const place = levels.indexOf(chosen);
  const isUnanimous = usable.every(
    (level) =>
      level === chosen ||
      level.scores.every((score, seed) => gainOf(chosen.scores[seed]!, objective) >= gainOf(score, objective) - error),
  );
  return confidenceBy({
    guess: {
      'fewer than 2 rates ended well': usable.length < 2,
      'the best score is at an end of the rates tried': levels[0] === best || levels.at(-1) === best,
      [`the rate moves by more than a factor of ${MOVE_MAX}`]: moves > MOVE_MAX,
    },
    doubt: {
      [`fewer than ${SEEDS_HIGH} seeds`]: chosen.scores.length < SEEDS_HIGH,
      'the seeds do not agree': !isUnanimous,
      'a rate beside it failed': [levels[place - 1], levels[place + 1]].some(
        (level) => level !== undefined && level.failed > 0,
      ),
      'the rate moves by trainings shorter than those it is for': moves > 1 && epochsOf(context) < training.epochs,
    },
  });
}

function warningsOf(
  { facts: { training, objective } }: Context,
  levels: readonly Level[],
  best: UsableLevel,
): readonly string[] {
  const warnings: string[] = [];
  const failed = levels.filter((level) => level.failed > 0);
  const steady =
    (training.schedule.warmupSteps ?? 0) === 0
      ? 'with schedule.warmupSteps or clipNorm higher rates may hold'
      : 'with a longer warm-up or clipNorm higher rates may hold';
  if (failed.length > 0)
    warnings.push(
      `training failed at ${failed.map(({ learningRate }) => formatNumber(learningRate)).join(', ')}; ${steady}`,
    );
  const passed = bestLevel(usableLevels(levels), objective);
  if (isBetter(passed.score, best.score, objective))
    warnings.push(
      `${formatNumber(passed.learningRate)} reached the better ${objective.metric} ${formatNumber(passed.score)}, too near to where training fails: another seed may fail there`,
    );
  if (best === levels[0] || best === levels.at(-1))
    warnings.push(
      `the best ${objective.metric} is at the ${best === levels[0] ? 'lowest' : 'highest'} rate tried: a lrRangeTest would look wider`,
    );
  return warnings;
}

function plot(
  { incumbent, facts: { objective } }: Context,
  levels: readonly UsableLevel[],
  learningRate: number,
): Plot {
  return {
    title: 'Learning rates around the present one',
    xLabel: 'learning rate',
    yLabel: objective.metric,
    xScale: 'log',
    yScale: scaleOf(objective),
    series: [
      {
        name: 'mean over seeds',
        x: levels.map((level) => level.learningRate),
        y: levels.map(({ score }) => score),
      },
    ],
    marks: [
      { name: 'before', x: numericHParam(incumbent, 'learningRate') },
      { name: 'decision', x: learningRate },
    ],
  };
}

function inconclusive({ stageId, trials, incumbent }: Context): StageInconclusive {
  const memory = trials.some(({ result }) => result?.outcome.status === 'outOfMemory');
  const fix = memory ? 'set a smaller batch size' : 'put a lrRangeTest before this stage';
  return new StageInconclusive(
    `every learning rate failed [stage=${stageId}, trials=${countByStatus(trials)}, learningRate=${formatNumber(numericHParam(incumbent, 'learningRate'))}]: ${fix}`,
  );
}
