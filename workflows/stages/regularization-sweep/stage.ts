/**
 * A search over any hyperparameters, those of regularization above all: the study as it stands is its first trial and keeps its place
 * unless another point is clearly better with several seeds.
 *
 * @module
 */
import { valueAtUnit } from '../../search/space';
import { numericHParam } from '../../hparams';
import { stepsOf } from '../../trial-length';
import type { HParams, TrialSpec } from '../../trial';
import { stretched } from '../schedules';
import type { Stage } from '../stage';
import { costOf, isRunning, nextTrial } from '../trials';
import { affordableSearch, replicationTrials } from './budget';
import { pointKey, replicatedConfigurations, replicateSeed, searchTrials } from './configurations';
import type { SweepContext } from './configurations';
import { decideSweep } from './decide';
import type { RegularizationSweepOptions } from './options';
import { newPoint, searchSize } from './points';

export const regularizationSweep: Stage<RegularizationSweepOptions> = {
  name: 'regularizationSweep',
  question: 'which regularization',

  suggest(context) {
    const search = searchTrials(context);
    const isReplicating = context.trials.length > search.length;
    if (!isReplicating && search.length < affordableSearch(context)) {
      const hparams = search.length === 0 ? context.incumbent : newPoint(context);
      if (hparams !== undefined) return training(context, hparams, 0, pointName(search.length));
    }
    return search.some(isRunning) ? undefined : nextReplicate(context);
  },

  decide: decideSweep,

  estimate(context) {
    const { options } = context;
    const search = searchSize(context);
    const trials = search + Math.min(replicationTrials(options), search * (options.replicates - 1));
    const costs = batchSizes(context).map((batchSize) => costOf(context, { hparams: { ...context.incumbent, batchSize }, limit: { epochs: epochsOf(context) } }));
    return { trials, steps: trials * Math.max(...costs.map(({ steps }) => steps)), examples: trials * Math.max(...costs.map(({ examples }) => examples)) };
  },
};

const pointName = (index: number): string => (index === 0 ? 'the study as it stands' : `point ${index}`);

const epochsOf = ({ options, facts }: SweepContext): number => options.epochs ?? facts.training.epochs;

/** Batch sizes that a trial may have: the study's, and the ends of the space. */
function batchSizes({ options: { space }, incumbent }: SweepContext): readonly number[] {
  const dimension = space['batchSize'];
  const own = numericHParam(incumbent, 'batchSize');
  if (dimension === undefined) return [own];
  const ends = [valueAtUnit(dimension, 0), valueAtUnit(dimension, 1), ...('choice' in dimension ? dimension.choice : [])];
  return [own, ...ends.filter((value) => typeof value === 'number')];
}

/** Seed by seed, so that every point has its second training before any has its third. */
function nextReplicate(context: SweepContext): TrialSpec | undefined {
  const { options: { replicates, space }, trials, seed } = context;
  const configurations = replicatedConfigurations(context);
  for (let replicate = 1; replicate < replicates; replicate++) {
    for (const { hparams, index } of configurations) {
      const own = replicateSeed(seed, replicate);
      const key = pointKey(space, hparams);
      const isThere = trials.some(({ spec }) => spec.seed === own && pointKey(space, spec.hparams) === key);
      if (!isThere) return training(context, hparams, replicate, `${pointName(index)}, seed ${replicate + 1} of ${replicates}`);
    }
  }
  return undefined;
}

function training(context: SweepContext, hparams: HParams, replicate: number, label: string): TrialSpec {
  const { seed, facts } = context;
  const epochs = epochsOf(context);
  const steps = stepsOf({ epochs }, facts.trainExamples, numericHParam(hparams, 'batchSize'));
  return nextTrial(context, {
    label, hparams, seed: replicateSeed(seed, replicate), schedule: stretched(facts.training, epochs, steps), limit: { epochs },
    stop: { ...facts.training.earlyStopping, dead: true }, evaluate: { validation: 'epoch', test: false },
  });
}
