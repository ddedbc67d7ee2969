/**
 * A search over any hyperparameters, those of regularization above all: the study as it stands is its first trial and
 * keeps its place unless another point is clearly better with several seeds.
 *
 * @module
 */
import { isMetric } from '../../analysis/constraints';
import { dimensionsFor, listOf, valueAtUnit } from '../../search/space';
import { numericHParam } from '../../trials/hparams';
import type { HParams, TrialSpec } from '../../words/trial';
import { largestOf } from '../longest';
import type { Stage } from '../stage';
import { stopRulesOf, studyTraining } from '../study-training';
import { costOf, nextTrial } from '../trials';
import { affordableSearch } from './budget';
import { epochsOf } from './configurations';
import { decideSweep } from './decide';
import { nextEnqueued, refuseEnqueued } from './enqueued';
import { foldsOf, nextFold } from './folds';
import type { SweepOptions } from './options';
import { newPoint, searchSize } from './points';
import type { Suggestion } from './points';
import { isOnFinalStretch, nextFinalist, nextPause, nextPromotion, readsOf } from './pruning/promotion';
import { nextReplicate } from './replicate';
import { replicateLabel, replicateOf, replicationOf } from '../replicates';
import { sweepView } from './view';
import type { SweepView } from './view';

export const sweep: Stage<SweepOptions> = sweepNamed('sweep', {
  question: 'which hyperparameters',
  because: 'what is best of all else depends on the batch size',
});

export const regularizationSweep: Stage<SweepOptions> = {
  ...sweepNamed('regularizationSweep', {
    question: 'which regularization',
    because: 'the best regularization depends on the batch size',
  }),
  aliasOf: sweep.name,
};

/** @param because Why a batch size is better decided before. */
function sweepNamed(
  name: string,
  { question, because }: { readonly question: string; readonly because: string },
): Stage<SweepOptions> {
  return {
    name,
    question,
    // With its replicates.
    budgetShare: 0.6,
    shouldFollow: { decisionOn: 'batchSize', because },
    isSearch: true,
    curveReads: readsOf,
    metricsRead: ({ options: { constraints, secondObjective } }) => {
      const names = Object.keys(constraints) as (keyof typeof constraints)[];
      return [...names, ...(secondObjective === undefined ? [] : [secondObjective])].filter(isMetric);
    },

    suggest: (context) => nextTraining(sweepView(context)),
    decide: (context) => ({ stage: name, ...decideSweep(sweepView(context)) }),
    estimate: (context) => mostOf(sweepView(context)),
    refuseEnqueued: (context, hparams) => refuseEnqueued(sweepView(context), hparams),
  };
}

function nextTraining(view: SweepView): TrialSpec | undefined {
  const { search } = view;
  const fold = nextFold(view);
  if (fold !== undefined) return fold;
  if (view.isReplicating) return replicateTraining(view);
  const promoted = nextPromotion(view);
  if (promoted !== undefined) return promoted;
  if (search.length < affordableSearch(view)) {
    const point = nextPoint(view);
    if (point !== undefined)
      return training(view, point.hparams, {
        label: pointName(search.length),
        pauseAfterEpochs: nextPause(view, { number: search.length, epochs: epochsOf(view, point.hparams) }),
        isBlind: point.isBlind,
      });
  }
  const running = search.filter(({ status }) => status === 'running');
  const finalist = running.every(isOnFinalStretch) ? nextFinalist(view) : undefined;
  return running.length === 0 || finalist !== undefined ? (finalist ?? replicateTraining(view)) : undefined;
}

function nextPoint(view: SweepView): Suggestion | undefined {
  const asked = view.search.length === 0 ? view.incumbent : nextEnqueued(view);
  return asked === undefined ? newPoint(view) : { hparams: asked, isBlind: false };
}

function mostOf(view: SweepView): ReturnType<Stage['estimate']> {
  const { options } = view;
  const search = searchSize(view);
  const replicates = Math.min(options.replicateTop + 1, search) * (replicationOf(options).seedsMax - 1);
  const trials = (search + replicates) * foldsOf(view.facts);
  const epochs = Math.max(epochsOf(view, view.incumbent), longestInSpace(view) ?? 0);
  const costs = batchSizes(view).map((batchSize) =>
    costOf(view, { hparams: { ...view.incumbent, batchSize }, limit: { epochs } }),
  );
  return {
    trials,
    steps: trials * Math.max(...costs.map(({ steps }) => steps)),
    examples: trials * Math.max(...costs.map(({ examples }) => examples)),
  };
}

const pointName = (index: number): string => (index === 0 ? 'the study as it stands' : `point ${index}`);

function longestInSpace({ options: { space }, incumbent }: SweepView): number | undefined {
  const longest = dimensionsFor(space, 'epochs').map((dimension) => largestOf(dimension, incumbent['epochs']) ?? 0);
  return longest.length === 0 ? undefined : Math.max(...longest);
}

/** Batch sizes that a trial may have: the study's, and the ends of the space. */
function batchSizes({ options: { space }, incumbent }: SweepView): readonly number[] {
  const own = numericHParam(incumbent, 'batchSize');
  const ends = dimensionsFor(space, 'batchSize').flatMap((dimension) => [
    valueAtUnit(dimension, 0),
    valueAtUnit(dimension, 1),
    ...(listOf(dimension) ?? []),
  ]);
  return [own, ...ends.filter((value) => typeof value === 'number')];
}

function replicateTraining(view: SweepView): TrialSpec | undefined {
  const next = nextReplicate(view);
  if (next === undefined) return undefined;
  const { configuration, replicate, of } = next;
  return training(view, configuration.hparams, {
    label: `${pointName(configuration.index)}, ${replicateLabel(replicate, of, replicationOf(view.options, view.facts.folds))}`,
    replicate,
  });
}

interface TrainingRequest {
  readonly label: string;
  readonly replicate?: number;
  readonly pauseAfterEpochs?: number | undefined;
  readonly isBlind?: boolean;
}

function training(
  view: SweepView,
  hparams: HParams,
  { label, replicate = 0, pauseAfterEpochs, isBlind = false }: TrainingRequest,
): TrialSpec {
  const { seed, facts, options } = view;
  const { folds, ...replication } = replicationOf(options, facts.folds);
  return nextTrial(view, {
    label: folds > 1 ? `${label}, fold 1 of ${folds}` : label,
    hparams,
    ...replicateOf(seed, replicate, replication),
    ...studyTraining(view, hparams, epochsOf(view, hparams)),
    stop: { ...stopRulesOf(facts.training.earlyStopping), dead: true },
    evaluate: { validation: 'epoch', test: false },
    ...(options.keepWeights === 'none' && { discardWeights: true }),
    ...(pauseAfterEpochs !== undefined && { pauseAfterEpochs }),
    ...(isBlind && { drawnBlind: true }),
  });
}
