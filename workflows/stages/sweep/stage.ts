/**
 * A search over any hyperparameters, those of regularization above all: the study as it stands is its first trial and
 * keeps its place unless another point is clearly better with several seeds.
 *
 * @module
 */
import { listOf, pointKey, valueAtUnit } from '../../search/space';
import { numericHParam } from '../../trials/hparams';
import { stepsOf } from '../../trials/length';
import type { HParams, TrialSpec } from '../../words/trial';
import type { Stage } from '../stage';
import { stopRulesOf, studyTraining } from '../study-training';
import { costOf, nextTrial } from '../trials';
import { around } from './around';
import { affordableSearch, replicationTrials } from './budget';
import { epochsOf, isReplicating, replicateSeed, searchTrainings } from './configurations';
import type { SweepContext } from './configurations';
import { decideSweep } from './decide';
import { nextEnqueued, refuseEnqueued } from './enqueued';
import type { SweepOptions } from './options';
import { newPoint, searchSize } from './points';
import { isOnFinalStretch, nextFinalist, nextPause, nextPromotion } from './pruning/promotion';
import { worthReplicating } from './pruning/replication';

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
    budgetShare: 0.65,
    shouldFollow: { decisionOn: 'batchSize', because },
    isSearch: true,
    hasMany: true,

    suggest: (context) => nextTraining(around(context)),
    decide: (context) => ({ stage: name, ...decideSweep(around(context)) }),
    estimate: (context) => mostOf(around(context)),
    refuseEnqueued: (context, hparams) => refuseEnqueued(around(context), hparams),
  };
}

function nextTraining(context: SweepContext): TrialSpec | undefined {
  const search = searchTrainings(context);
  if (isReplicating(context)) return nextReplicate(context);
  const promoted = nextPromotion(context);
  if (promoted !== undefined) return promoted;
  if (search.length < affordableSearch(context)) {
    const hparams = search.length === 0 ? context.incumbent : (nextEnqueued(context) ?? newPoint(context));
    if (hparams !== undefined)
      return training(context, hparams, {
        label: pointName(search.length),
        pauseAfterEpochs: nextPause(context, search.length),
      });
  }
  const running = search.filter(({ status }) => status === 'running');
  const finalist = running.every(isOnFinalStretch) ? nextFinalist(context) : undefined;
  return running.length === 0 || finalist !== undefined ? (finalist ?? nextReplicate(context)) : undefined;
}

function mostOf(context: SweepContext): ReturnType<Stage['estimate']> {
  const { options } = context;
  const search = searchSize(context);
  const trials = search + Math.min(replicationTrials(options), search * (options.replicates - 1));
  const costs = batchSizes(context).map((batchSize) =>
    costOf(context, { hparams: { ...context.incumbent, batchSize }, limit: { epochs: epochsOf(context) } }),
  );
  return {
    trials,
    steps: trials * Math.max(...costs.map(({ steps }) => steps)),
    examples: trials * Math.max(...costs.map(({ examples }) => examples)),
  };
}

const pointName = (index: number): string => (index === 0 ? 'the study as it stands' : `point ${index}`);

/** Batch sizes that a trial may have: the study's, and the ends of the space. */
function batchSizes({ options: { space }, incumbent }: SweepContext): readonly number[] {
  const dimension = space['batchSize'];
  const own = numericHParam(incumbent, 'batchSize');
  if (dimension === undefined) return [own];
  const ends = [valueAtUnit(dimension, 0), valueAtUnit(dimension, 1), ...(listOf(dimension) ?? [])];
  return [own, ...ends.filter((value) => typeof value === 'number')];
}

/** Seed by seed, so that every point has its second training before any has its third. */
function nextReplicate(context: SweepContext): TrialSpec | undefined {
  const {
    options: { replicates, space },
    trials,
    seed,
  } = context;
  const configurations = worthReplicating(context);
  for (let replicate = 1; replicate < replicates; replicate++) {
    for (const { hparams, index } of configurations) {
      const own = replicateSeed(seed, replicate);
      const key = pointKey(space, hparams);
      const isThere = trials.some(({ spec }) => spec.seed === own && pointKey(space, spec.hparams) === key);
      if (!isThere)
        return training(context, hparams, {
          label: `${pointName(index)}, seed ${replicate + 1} of ${replicates}`,
          replicate,
        });
    }
  }
  return undefined;
}

interface TrainingRequest {
  readonly label: string;
  readonly replicate?: number;
  readonly pauseAfterEpochs?: number | undefined;
}

function training(
  context: SweepContext,
  hparams: HParams,
  { label, replicate = 0, pauseAfterEpochs }: TrainingRequest,
): TrialSpec {
  const { seed, facts } = context;
  return nextTrial(context, {
    label,
    hparams,
    seed: replicateSeed(seed, replicate),
    ...studyTraining(context, hparams, epochsOf(context)),
    stop: { ...stopRulesOf(facts.training.earlyStopping), dead: true },
    evaluate: { validation: 'epoch', test: false },
    ...(pauseAfterEpochs !== undefined && { pauseAfterEpochs }),
  });
}
