/**
 * Batches that grow beside batches that keep the study's size: seed by seed, by the validation objective after equal
 * epochs and by what the steps cost.
 *
 * There are two ways of which neither was picked, so that every seed judges.
 *
 * @module
 */
import { gainOf, meanScore, scaleOf } from '../../analysis/scale';
import { scoreOf } from '../../analysis/score';
import { geometricMean } from '../../analysis/statistics';
import { noneBetterBy, superiorities } from '../../analysis/superiority';
import type { Superiority } from '../../analysis/superiority';
import { milestonesOf } from '../../trials/batch-growth';
import type { BatchGrowth } from '../../trials/batch-growth';
import { batchPhases, stepsOf } from '../../trials/length';
import { measurementOf } from '../../trials/outcome';
import { trainingOf } from '../../trials/trial-training';
import type { GrowthName } from '../../words/training-hparams';
import type { HParams, Trial, TrialSpec } from '../../words/trial';
import { PROBABILITY_MEDIUM } from '../confidence';
import { trainingUpTo } from '../study-training';
import { isRunning } from '../trials';
import { CLEAR_GAIN, EQUAL_GAIN } from './comparison';
import { batchSizeOf } from './phases';
import type { LadderContext } from './phases';
import { referenceEpochs } from './race';
import { brokeDown, racedHparams, standingTrials } from './rates';
import type { LadderView } from './view';

/** One of the two ways to train. */
export interface Way {
  /** A score a seed that ended well. */
  readonly scores: readonly { readonly seed: number; readonly score: number }[];
  /** Whether no training of it failed, and there is one. */
  readonly isWhole: boolean;
  /** What its steps cost, the geometric mean over seeds; `null` where that is not known. */
  readonly cost: number | null;
}

export interface GrowthComparison {
  readonly fixed: Way;
  readonly grown: Way;
  /** Growth over the fixed size, on the objective's scale; `null` without two pairs. */
  readonly found: Superiority | null;
  /** Cost of growth as a share of that of the fixed size; `null` where that is not known. */
  readonly costShare: number | null;
  /** Whether growth costs less by enough to matter. */
  readonly isSooner: boolean;
  /** One less the error rate of saying that growth is not worse by more than counts as equal. */
  readonly asGood: number;
  /** One less the error rate of saying that growth is not better by more than that. */
  readonly notBetter: number;
  /** One less the error rate of saying that growth is worse. */
  readonly worse: number;
  /** Whether batches are to grow. */
  readonly isAdopted: boolean;
}

/** The kind of growth to compare: the study's own, else doubling. */
export function growthName({ facts: { training } }: LadderContext): Exclude<GrowthName, 'none'> {
  const { batchSizeSchedule } = trainingOf(training, {}).written;
  return batchSizeSchedule?.name ?? 'doubling';
}

/** A training's shape at a size, its batches growing up to `sizeMax` or not at all. */
export function shapeOf(
  context: LadderContext,
  hparams: HParams,
  sizeMax: number,
): Pick<TrialSpec, 'hparams' | 'schedule' | 'limit' | 'batchGrowth'> {
  return { hparams, ...trainingUpTo(sizeMax, context.facts, hparams, referenceEpochs(context)) };
}

/** How batches would grow from the reference up to the largest size that fits; `undefined` where none is larger. */
export function growthOf(view: LadderView): BatchGrowth | undefined {
  if (view.reference === undefined) return undefined;
  const hparams = { ...racedHparams(view, view.reference), batchGrowth: growthName(view) };
  return shapeOf(view, hparams, largestPassed(view)).batchGrowth;
}

/** The largest size whose rung passed. */
export const largestPassed = ({ passed }: LadderView): number => passed.at(-1) ?? 0;

const COMPARED = new WeakMap<LadderView, GrowthComparison>();

export function comparedGrowth(view: LadderView): GrowthComparison {
  const known = COMPARED.get(view) ?? comparison(view);
  COMPARED.set(view, known);
  return known;
}

function comparison(view: LadderView): GrowthComparison {
  const { objective } = view.facts;
  const [fixed, grown] = [wayOf(view, standingTrials(view, 'race')), wayOf(view, standingTrials(view, 'growth'))];
  const gains = grown.scores.flatMap(({ seed, score }) => {
    const beside = fixed.scores.find((other) => other.seed === seed);
    return beside === undefined ? [] : [gainOf(score, objective) - gainOf(beside.score, objective)];
  });
  const found = superiorities([gains])[0] ?? null;
  const costShare = fixed.cost === null || grown.cost === null ? null : grown.cost / fixed.cost;
  const equal = EQUAL_GAIN[scaleOf(objective)];
  const isSooner = costShare !== null && costShare <= 1 - CLEAR_GAIN;
  const fixedOverGrown = found && { ...found, difference: -found.difference };
  const probability = (margin: number, of: Superiority | null): number =>
    of === null ? 0 : noneBetterBy(margin, [of]);
  const asGood = probability(equal, fixedOverGrown);
  return {
    fixed,
    grown,
    found,
    costShare,
    isSooner,
    asGood,
    notBetter: probability(equal, found),
    worse: probability(0, found),
    isAdopted:
      grown.isWhole && found !== null && (found.difference > found.error || (isSooner && asGood >= PROBABILITY_MEDIUM)),
  };
}

function wayOf(view: LadderView, trials: readonly Trial[]): Way {
  const ended = trials.filter((trial) => !isRunning(trial));
  const scores = ended.flatMap((trial) => {
    const score = scoreOf(trial, view.facts.objective);
    return score === null || brokeDown(trial) ? [] : [{ seed: trial.spec.seed, score }];
  });
  const costs = ended.map((trial) => costOf(view, trial));
  const known = costs.filter((cost) => cost !== null);
  return {
    scores,
    isWhole: scores.length > 0 && scores.length === ended.length,
    cost: known.length === 0 || known.length < costs.length ? null : geometricMean(known),
  };
}

/** What the steps of a training cost by the rungs' times: the machine may have had other work meanwhile. */
function costOf({ cost, facts: { trainExamples } }: LadderView, trial: Trial): number | null {
  const parts =
    'noiseScale' in (trial.spec.batchGrowth ?? {}) ? measuredParts(trial) : plannedParts(trial, trainExamples);
  return parts.reduce<number | null>((sum, { batchSize, steps }) => {
    const each = cost.of(batchSize);
    return sum === null || each === undefined ? null : sum + steps * each;
  }, 0);
}

interface Part {
  readonly batchSize: number;
  readonly steps: number;
}

function plannedParts({ spec }: Trial, trainExamples: number): readonly Part[] {
  const [batchSize, milestones] = [Number(spec.hparams['batchSize']), milestonesOf(spec.batchGrowth)];
  const phases = batchPhases(batchSize, milestones, trainExamples);
  const last = stepsOf(spec.limit, trainExamples, batchSize, milestones);
  return phases.map((phase, i) => ({
    batchSize: phase.batchSize,
    steps: Math.max(0, Math.min(phases[i + 1]?.step ?? last, last) - phase.step),
  }));
}

/** Batches that grow by what is measured do so at the end of an epoch. */
function measuredParts(trial: Trial): readonly Part[] {
  const curve = measurementOf(trial.result?.outcome)?.curve ?? [];
  return curve.map(({ step, batchSize }, i) => ({
    batchSize: batchSize ?? batchSizeOf(trial),
    steps: step - (curve[i - 1]?.step ?? 0),
  }));
}

/** The mean score of a way; `null` where none ended well. */
export const meanOf = ({ facts: { objective } }: LadderView, { scores }: Way): number | null =>
  scores.length === 0
    ? null
    : meanScore(
        scores.map(({ score }) => score),
        objective,
      );
