/**
 * The learning-rate range test: one training per seed in which the rate rises with every step, read where the loss
 * falls.
 *
 * Source: L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017, section 3.3
 * (arXiv:1506.01186).
 *
 * @module
 */
import { logMedian, ratioSpread } from '../../analysis/statistics';
import { numericHParam } from '../../trials/hparams';
import { deriveSeed } from '../../search/random';
import { STEP_LOSSES_MAX } from '../../words/outcome';
import type { TrialSpec } from '../../words/trial';
import { confidenceBy, SEEDS_HIGH } from '../confidence';
import { count, formatNumber } from '../format';
import { LR_RETEST } from '../lr-retest/name';
import { OPTIMIZER_FAMILIES } from '../optimizer-family';
import { StageInconclusive } from '../stage';
import type { Decision, Stage, StageContext } from '../stage';
import { costText, countByStatus, isRunning, nextTrial } from '../trials';
import { curvePlot, gridPlot, gridTable, ruleMedians, ruleTable } from './evidence';
import { bestOf, GRID_RATES_MAX, gridPoints, gridRate, gridTrial, gridTrials, nextGridRate } from './grid';
import type { LrRangeTestOptions } from './options';
import { EXTENSIONS_MAX, initialRange, rangesOf, testSteps, testsOf, widerRange } from './range';
import type { RateRange } from './range';
import { peakRate, peakReason } from './peak-rate';
import { readTest } from './reading';
import type { Reading } from './reading';

type Context = StageContext<LrRangeTestOptions>;

/** Answers of the tests this close are as good as equal. Source: seeds of one network differ by 2 to 3 times. */
const SPREAD_HIGH_CONFIDENCE = 3;
/** Rules this far apart do not read the same curve. */
const RULES_APART = 10;

export const lrRangeTest: Stage<LrRangeTestOptions> = {
  name: 'lrRangeTest',
  question: 'which learning rate',
  budgetShare: 0.05,
  decides: 'learningRate',
  inserts: [
    { stage: LR_RETEST, because: 'a rate read off a curve holds once trainings at it and beside it have shown so' },
  ],

  suggest(context) {
    const { options, trials } = context;
    const ranges = rangesOf(context);
    const range = ranges.at(-1) ?? initialRange(context);
    const tests = testsOf(trials, range);
    if (tests.length < options.replicates) return rangeTest(context, range, tests.length);
    if (tests.some(isRunning)) return undefined;
    if (tests.every(({ result }) => result?.outcome.status === 'outOfMemory')) return undefined;
    const readings = tests.map((trial) => readTest(context, trial));
    const wider = widerRange(ranges, readings);
    if (wider !== undefined) return rangeTest(context, wider, 0);
    if (isBelieved(readings, options)) return undefined;
    const learningRate = nextGridRate(context, answersOf(readings), range);
    return learningRate === undefined ? undefined : gridTrial(context, learningRate);
  },

  decide(context) {
    const readings = latestReadings(context);
    if (gridPoints(context.trials, context.facts.objective).length > 0) return byGrid(context, readings);
    const answers = answersOf(readings);
    if (answers.length === 0) throw inconclusive(context);
    return byRules(context, readings, answers);
  },

  estimate(context) {
    const {
      options: { replicates, steps },
      incumbent,
    } = context;
    const trials = replicates * (1 + EXTENSIONS_MAX) + GRID_RATES_MAX;
    const total = replicates * (steps + EXTENSIONS_MAX * STEP_LOSSES_MAX) + GRID_RATES_MAX * steps;
    return { trials, steps: total, examples: total * numericHParam(incumbent, 'batchSize') };
  },
};

function rangeTest(context: Context, range: RateRange, replicate: number): TrialSpec {
  const {
    options,
    incumbent,
    seed,
    facts: {
      training: { schedule },
    },
  } = context;
  const cycledMomentum = options.cycledMomentum ?? (schedule.name === 'oneCycle' ? schedule.cycledMomentum : undefined);
  return nextTrial(context, {
    label: `seed ${replicate + 1} of ${options.replicates}, ${formatNumber(range.from)} to ${formatNumber(range.to)}`,
    hparams: incumbent,
    seed: deriveSeed(seed, 'replicate', replicate),
    schedule: { name: 'ramp', ...range, ...(cycledMomentum && { cycledMomentum }) },
    limit: { steps: testSteps(options, initialRange(context), range) },
    stop: { divergenceFactor: options.divergenceFactor, dead: true },
    record: { stepLosses: true },
  });
}

/** Readings of the widest range that says anything; of the last one, if none does. */
function latestReadings(context: Context): readonly Reading[] {
  const rounds = rangesOf(context).map((range) =>
    testsOf(context.trials, range)
      .filter((trial) => !isRunning(trial))
      .map((trial) => readTest(context, trial)),
  );
  return rounds.findLast((readings) => answersOf(readings).length > 0) ?? rounds.at(-1) ?? [];
}

function answersOf(readings: readonly Reading[]): readonly number[] {
  return readings.map(({ answer }) => answer).filter((answer) => answer !== null);
}

/** Most tests answer, and their answers are of one size. */
function isBelieved(readings: readonly Reading[], { spreadMax }: LrRangeTestOptions): boolean {
  const answers = answersOf(readings);
  return answers.length * 2 > readings.length && ratioSpread(answers) < spreadMax;
}

function byRules(context: Context, readings: readonly Reading[], answers: readonly number[]): Decision {
  const peak = peakRate(context, logMedian(answers), logMedian(readings.flatMap(({ lowest }) => lowest ?? [])));
  const { learningRate } = peak;
  const spread = ratioSpread(answers);
  const because =
    `${peakReason(peak)} the median of ${count(answers.length, 'test')}, each the middle one of valley, minimum/${OPTIMIZER_FAMILIES[context.facts.training.optimizer.name].belowLowest} and steep` +
    (answers.length > 1 ? `; they lie within a factor of ${formatNumber(spread)}` : '');
  const others = ruleMedians(readings)
    .map(({ name, x }) => ({ name, rate: peakRate(context, x, Infinity).learningRate }))
    .filter(({ rate }) => rate !== learningRate);
  return {
    stage: lrRangeTest.name,
    stageId: context.stageId,
    hparams: { ...context.incumbent, learningRate },
    because,
    ...confidenceOf(context, readings, answers),
    evidence: {
      trialIds: readings.map(({ trial }) => trial.spec.trialId),
      plots: [curvePlot(readings, learningRate)],
      tables: [ruleTable(readings)],
      warnings: warningsOf(context, readings, answers),
    },
    alternatives: others.map(({ name, rate }) => ({
      hparams: { ...context.incumbent, learningRate: rate },
      note: `by the rule ${name}, read off the same ${count(readings.length, 'test')}: ${costText(
        context,
        readings.map(({ trial }) => trial),
      )}`,
    })),
  };
}

function confidenceOf(
  { options }: Context,
  readings: readonly Reading[],
  answers: readonly number[],
): ReturnType<typeof confidenceBy> {
  const atEdge = readings.filter(({ edge }) => edge !== null).length;
  return confidenceBy({
    guess: {
      'fewer than 2 tests answer': answers.length < 2,
      'most answers lie at an edge of the range': atEdge * 2 > readings.length,
      'the tests contradict each other': !isBelieved(readings, options),
    },
    doubt: {
      'a rate read off a curve was never trained at': true,
      [`fewer than ${SEEDS_HIGH} tests`]: readings.length < SEEDS_HIGH,
      'not all tests answer': answers.length < readings.length,
      'an answer lies at an edge of the range': atEdge > 0,
      [`the tests differ by a factor of ${SPREAD_HIGH_CONFIDENCE} or more`]:
        answers.length > 0 && ratioSpread(answers) >= SPREAD_HIGH_CONFIDENCE,
      'the rules read the curve differently': rulesDisagree(readings),
    },
  });
}

function rulesDisagree(readings: readonly Reading[]): boolean {
  const [minimum, valley] = ['minimum', 'valley'].map(
    (rule) => ruleMedians(readings).find(({ name }) => name === rule)?.x,
  );
  return minimum !== undefined && valley !== undefined && ratioSpread([minimum, valley]) > RULES_APART;
}

function warningsOf({ options }: Context, readings: readonly Reading[], answers: readonly number[]): readonly string[] {
  const warnings: string[] = [];
  const silent = readings.length - answers.length;
  if (silent > 0)
    warnings.push(
      `${count(silent, 'test')} of ${readings.length} gave no answer: ${countByStatus(readings.filter(({ answer }) => answer === null).map(({ trial }) => trial))}`,
    );
  const edges = readings.filter(({ edge }) => edge !== null);
  if (edges.length > 0)
    warnings.push(
      `the answer of ${count(edges.length, 'test')} lies at the ${edges[0]?.edge ?? 'low'} end of the range: set from and to wider`,
    );
  if (answers.length > 1 && ratioSpread(answers) >= SPREAD_HIGH_CONFIDENCE)
    warnings.push(`the tests differ by a factor of ${formatNumber(ratioSpread(answers))}: a lrRetest would narrow it`);
  if (rulesDisagree(readings))
    warnings.push(`valley and minimum differ by more than a factor of ${RULES_APART}: look at the curve`);
  if (options.replicates < 3)
    warnings.push(
      `${count(options.replicates, 'test')} can be off by a factor of 3 without showing it: set replicates to 3`,
    );
  return warnings;
}

/** Constant rates decide where the tests disagree. */
function byGrid(context: Context, readings: readonly Reading[]): Decision {
  const { objective } = context.facts;
  const points = gridPoints(context.trials, objective);
  const best = bestOf(points, objective);
  const peak = peakRate(context, best.learningRate, Math.max(...points.map((point) => point.learningRate)));
  const { learningRate } = peak;
  const tried = gridTrials(context.trials);
  const rates = tried.map(gridRate);
  const inside = best.learningRate > Math.min(...rates) && best.learningRate < Math.max(...rates);
  const answers = answersOf(readings);
  const why =
    answers.length < 2
      ? 'the tests gave no clear answer'
      : `the tests differ by a factor of ${formatNumber(ratioSpread(answers))}`;
  return {
    stage: lrRangeTest.name,
    stageId: context.stageId,
    hparams: { ...context.incumbent, learningRate },
    because: `${why}, so ${count(tried.length, 'constant rate')} trained ${context.options.steps} steps each: ${peakReason(peak)} the one with the best ${objective.metric}, ${formatNumber(best.score)}`,
    ...confidenceBy({
      guess: {
        'the best rate is at an end of those tried': !inside,
        'fewer than 3 rates ended well': points.length < 3,
      },
      doubt: { 'one seed each': true },
    }),
    evidence: {
      trialIds: context.trials.map(({ spec }) => spec.trialId),
      plots: [curvePlot(readings, learningRate), gridPlot(points, learningRate, objective)],
      tables: [ruleTable(readings), gridTable(points, objective)],
      warnings: [
        ...warningsOf(context, readings, answers),
        ...(inside ? [] : ['the best constant rate is the lowest or highest tried']),
      ],
    },
    alternatives: points
      .filter((point) => point !== best)
      .map((point) => ({
        hparams: { ...context.incumbent, learningRate: point.learningRate },
        note: `${objective.metric} ${formatNumber(point.score)}; ${costText(
          context,
          tried.filter(({ spec }) => spec.trialId === point.trialId),
        )}`,
      })),
  };
}

function inconclusive({ trials, incumbent, stageId }: Context): StageInconclusive {
  const batchSize = numericHParam(incumbent, 'batchSize');
  const memory = trials.some(({ result }) => result?.outcome.status === 'outOfMemory');
  const fix = memory
    ? `set training.hparams.batchSize below ${batchSize}`
    : 'check the data set and the model, or set training.hparams.learningRate and leave this stage out';
  return new StageInconclusive(
    `no learning rate found [stage=${stageId}, trials=${countByStatus(trials)}, batchSize=${batchSize}]: ${fix}`,
  );
}
