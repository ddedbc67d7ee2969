/**
 * A narrow re-test of the learning rate: short trainings at a few factors on the one that the study holds, compared by validation loss.
 *
 * Scaling rules for another batch size are right on average and off by up to four times on a given data set, which is what this finds.
 *
 * Source: C. Shallue et al., "Measuring the Effects of Data Parallelism on Neural Network Training", JMLR 20 (2019), section 4.7.
 *
 * @module
 */
import { geometricMean, ratioSpread } from '../../analysis/statistics';
import { numericHParam } from '../../hparams';
import { deriveSeed } from '../../search/random';
import type { Trial, TrialSpec } from '../../trial';
import { confidenceBy, SEEDS_HIGH } from '../confidence';
import { count, formatNumber, threeDigits } from '../format';
import { shortEpochs } from '../schedules';
import { StageInconclusive } from '../stage';
import type { Decision, Plot, Stage, StageContext } from '../stage';
import { studyTraining } from '../study-training';
import { costOf, costText, countByStatus, finalValLoss, isRunning, nextTrial, trialRows } from '../trials';
import type { LrRetestOptions } from './options';

type Context = StageContext<LrRetestOptions>;

/** Further rates beyond an end at which the lowest loss lies. */
const EXTENSIONS_MAX = 2;

/** What scaling rules are off by. A rate that moves by more contradicts the test before it, and short trainings are weak against that. */
const MOVE_MAX = 4;

interface Level {
  readonly learningRate: number;
  /** Final validation losses; none if any seed failed. */
  readonly losses: readonly number[];
  /** Their geometric mean: a loss ten times lower also differs ten times less from seed to seed. */
  readonly loss: number;
  readonly failed: number;
}

/** A loss of exactly 0 has no logarithm. */
const LOSS_MIN = 1e-12;

export const lrRetest: Stage<LrRetestOptions> = {
  name: 'lrRetest',
  question: 'whether the learning rate still fits',

  suggest(context) {
    const { options: { replicates }, trials } = context;
    const rates = initialRates(context);
    const first = rates.length * replicates;
    // Seed by seed, so that every rate has been tried once before any is tried again.
    if (trials.length < first) return training(context, rates[trials.length % rates.length]!, Math.floor(trials.length / rates.length));
    const extra = trials.length - first;
    if (extra % replicates !== 0) return training(context, rateOf(trials[trials.length - 1]!), extra % replicates);
    if (trials.some(isRunning) || extra / replicates >= EXTENSIONS_MAX) return undefined;
    if (trials.some(({ result }) => result?.outcome.status === 'outOfMemory')) return undefined;
    const beyond = rateBeyondEdge(levelsOf(context));
    return beyond === undefined ? undefined : training(context, beyond, 0);
  },

  decide(context) {
    const levels = levelsOf(context);
    const usable = levels.filter(({ losses }) => losses.length > 0);
    if (usable.length === 0) throw inconclusive(context);
    const best = lowest(usable);
    const error = standardErrorFactor(usable, best);
    const current = numericHParam(context.incumbent, 'learningRate');
    const chosen = nearest(usable.filter(({ loss }) => loss <= best.loss * error), current);
    return decision(context, levels, { best, chosen, error });
  },

  estimate(context) {
    const { options: { factors, replicates } } = context;
    const trials = (factors.length + EXTENSIONS_MAX) * replicates;
    const one = costOf(context, { hparams: context.incumbent, limit: { epochs: epochsOf(context) } });
    return { trials, steps: trials * one.steps, examples: trials * one.examples };
  },
};

function epochsOf({ options, facts, incumbent }: Context): number {
  return options.epochs ?? shortEpochs(facts.training, facts.trainExamples, numericHParam(incumbent, 'batchSize'));
}

const rateOf = ({ spec }: Trial): number => numericHParam(spec.hparams, 'learningRate');

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
    label: `factor ${factor}, seed ${replicate + 1} of ${context.options.replicates}`, hparams: { ...incumbent, learningRate },
    seed: deriveSeed(seed, 'replicate', replicate),
    ...studyTraining(context, incumbent, epochs), stop: { dead: true }, evaluate: { validation: 'end', test: false },
  });
}

/** What each rate reached, ascending in rate. */
function levelsOf({ trials }: Context): readonly Level[] {
  const rates = [...new Set(trials.map(rateOf))].sort((a, b) => a - b);
  return rates.map((learningRate) => {
    const own = trials.filter((trial) => rateOf(trial) === learningRate && !isRunning(trial));
    const losses = own.map(finalValLoss).filter((loss) => loss !== null);
    const failed = own.length - losses.length;
    // One seed of a rate that fails is reason enough not to train at it for hours.
    if (failed > 0 || losses.length === 0) return { learningRate, losses: [], loss: Infinity, failed };
    const usable = losses.map((loss) => Math.max(loss, LOSS_MIN));
    return { learningRate, losses: usable, loss: geometricMean(usable), failed };
  });
}

/** One more rate where the lowest loss is at an end of those tried; of a rate that failed there is no beyond. */
function rateBeyondEdge(levels: readonly Level[]): number | undefined {
  const usable = levels.filter(({ losses }) => losses.length > 0);
  const [first, last] = [levels[0], levels.at(-1)];
  if (first === undefined || last === undefined || levels.length < 2) return undefined;
  if (usable.length === 0) return threeDigits(first.learningRate * ratio(first, levels[1]!));
  const best = lowest(usable);
  if (best === first) return threeDigits(first.learningRate * ratio(first, levels[1]!));
  return best === last ? threeDigits(last.learningRate * ratio(last, levels.at(-2)!)) : undefined;
}

const ratio = (a: Level, b: Level): number => a.learningRate / b.learningRate;

/** Of equally low losses the lower rate's. */
const lowest = (levels: readonly Level[]): Level => levels.reduce((a, b) => (b.loss < a.loss ? b : a));

/**
 * One standard error of a level's mean, as a factor on it, from the spread within all levels: two seeds of one alone would tell next to
 * nothing.
 */
function standardErrorFactor(levels: readonly Level[], { losses: own }: Level): number {
  let squares = 0;
  let freedom = 0;
  for (const { losses, loss } of levels) {
    squares += losses.reduce((sum, one) => sum + Math.log(one / loss) ** 2, 0);
    freedom += losses.length - 1;
  }
  return freedom === 0 ? 1 : Math.exp(Math.sqrt(squares / freedom / own.length));
}

/** The level nearest to a rate by their ratio; of two equally near the lower rate, which is safer. */
function nearest(levels: readonly Level[], rate: number): Level {
  const distance = ({ learningRate }: Level): number => Math.abs(Math.log(learningRate / rate));
  return levels.reduce((a, b) => (distance(b) < distance(a) - 1e-9 ? b : a));
}

interface Choice {
  readonly best: Level;
  readonly chosen: Level;
  readonly error: number;
}

function decision(context: Context, levels: readonly Level[], choice: Choice): Decision {
  const { chosen, best } = choice;
  const usable = levels.filter(({ losses }) => losses.length > 0);
  return {
    stage: 'lrRetest', stageId: context.stageId, hparams: { ...context.incumbent, learningRate: chosen.learningRate },
    because: because(context, choice), ...confidenceOf(context, levels, choice),
    evidence: {
      trialIds: context.trials.map(({ spec }) => spec.trialId), plots: [plot(context, usable, chosen.learningRate)],
      tables: [{ title: 'Learning rates', columns: ['trial', 'label', 'learningRate', 'ended', 'validation loss'], rows: trialRows(context.trials, ['learningRate']) }],
      warnings: warningsOf(levels, best),
    },
    alternatives: usable.filter((level) => level !== chosen).map(({ learningRate, loss }) => ({
      hparams: { ...context.incumbent, learningRate },
      note: `validation loss ${formatNumber(loss)}; ${costText(context, context.trials.filter((trial) => rateOf(trial) === learningRate))}`,
    })),
  };
}

function because({ incumbent, options }: Context, { best, chosen, error }: Choice): string {
  const current = numericHParam(incumbent, 'learningRate');
  const seeds = count(options.replicates, 'seed');
  const kept = chosen.learningRate === current ? `${formatNumber(current)} stays` : `${formatNumber(chosen.learningRate)} instead of ${formatNumber(current)}`;
  const own = `its validation loss, ${formatNumber(chosen.loss)} over ${seeds}`;
  if (chosen === best) return `${kept}: ${own}, is the lowest`;
  return `${kept}: ${own}, is within one standard error (a factor of ${formatNumber(error)}) of the lowest, ${formatNumber(best.loss)} at ${formatNumber(best.learningRate)}, and it changes least`;
}

function confidenceOf(context: Context, levels: readonly Level[], { best, chosen, error }: Choice): ReturnType<typeof confidenceBy> {
  const { facts: { training } } = context;
  const usable = levels.filter(({ losses }) => losses.length > 0);
  const current = numericHParam(context.incumbent, 'learningRate');
  const moves = ratioSpread([chosen.learningRate, current]);
  const place = levels.indexOf(chosen);
  const isUnanimous = usable.every((level) => level === chosen || level.losses.every((loss, seed) => (chosen.losses[seed] ?? Infinity) <= loss * error));
  return confidenceBy({
    guess: {
      'fewer than 3 rates ended well': usable.length < 3, 'the lowest loss is at an end of the rates tried': levels[0] === best || levels.at(-1) === best,
      [`the rate moves by more than a factor of ${MOVE_MAX}`]: moves > MOVE_MAX,
    },
    doubt: {
      [`fewer than ${SEEDS_HIGH} seeds`]: chosen.losses.length < SEEDS_HIGH, 'the seeds do not agree': !isUnanimous,
      'a rate beside it failed': [levels[place - 1], levels[place + 1]].some((level) => level !== undefined && level.failed > 0),
      'the rate moves by trainings shorter than those it is for': moves > 1 && epochsOf(context) < training.epochs,
    },
  });
}

function warningsOf(levels: readonly Level[], best: Level): readonly string[] {
  const warnings: string[] = [];
  const failed = levels.filter((level) => level.failed > 0);
  if (failed.length > 0) warnings.push(`training failed at ${failed.map(({ learningRate }) => formatNumber(learningRate)).join(', ')}`);
  if (best === levels[0] || best === levels.at(-1)) warnings.push(`the lowest loss is at the ${best === levels[0] ? 'lowest' : 'highest'} rate tried: a lrRangeTest would look wider`);
  return warnings;
}

function plot({ incumbent }: Context, levels: readonly Level[], learningRate: number): Plot {
  return {
    title: 'Learning rates around the present one', xLabel: 'learning rate', yLabel: 'validation loss', xScale: 'log', yScale: 'log',
    series: [{ name: 'geometric mean over seeds', x: levels.map((level) => level.learningRate), y: levels.map(({ loss }) => loss) }],
    marks: [{ name: 'before', x: numericHParam(incumbent, 'learningRate') }, { name: 'decision', x: learningRate }],
  };
}

function inconclusive({ stageId, trials, incumbent }: Context): StageInconclusive {
  const memory = trials.some(({ result }) => result?.outcome.status === 'outOfMemory');
  const fix = memory ? 'set a smaller batch size' : 'put a lrRangeTest before this stage';
  return new StageInconclusive(`every learning rate failed [stage=${stageId}, trials=${countByStatus(trials)}, learningRate=${formatNumber(numericHParam(incumbent, 'learningRate'))}]: ${fix}`);
}
