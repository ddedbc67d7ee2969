/**
 * The contest on the digits: trainings by the real trainer, and the test loss as quality.
 *
 * @module
 */
import { deriveSeed } from '../../workflows/search/random';
import { stretched } from '../../workflows/stages/schedules';
import { stepsOf } from '../../workflows/trials/length';
import { measurementOf } from '../../workflows/trials/outcome';
import type { HParams, TrialSpec } from '../../workflows/words/trial';
import { remembered } from './contest';
import type { Contest } from './contest';
import { Trainings } from './trainings';

/** Trainings behind every figure of quality. */
const QUALITY_SEEDS = 5;

const REGULARIZATION = {
  weightDecay: { logUniform: [1e-6, 1e-2] },
  dropoutRate: { uniform: [0, 0.6] },
  labelSmoothing: { choice: [0, 0.05, 0.1] },
};

/** The study of examples/digits.yaml with a larger sweep. */
function studyOf(seed: number, preset: string): object {
  return {
    name: 'tuning',
    seed,
    model: { preset },
    training: { optimizer: { name: 'adam' }, schedule: { name: 'cosine', warmupSteps: 20 }, epochs: 12 },
    stages: [
      { stage: 'lrRangeTest' },
      { stage: 'batchSizeLadder', batchSizeMax: 512 },
      {
        stage: 'regularizationSweep',
        trials: 24,
        sampler: { name: 'tpe' },
        pruner: { name: 'asha', reductionFactor: 3 },
        space: REGULARIZATION,
      },
    ],
  };
}

/** @throws RangeError if there is no such preset. */
export async function digitsContest(seed: number, preset: string, threads: number): Promise<Contest> {
  const trainings = await Trainings.open(studyOf(seed, preset), threads);
  return {
    study: trainings.study,
    space: {
      learningRate: { float: [1e-6, 1], log: true },
      batchSize: { powerOfTwo: [4, 9] },
      weightDecay: { float: [1e-6, 1e-2], log: true },
      dropoutRate: { float: [0, 0.6] },
      labelSmoothing: { choice: [0, 0.05, 0.1] },
    },
    pruners: ['median', 'asha'],
    run: (trial) => trainings.run(trial),
    quality: remembered((hparams) => testLoss(trainings, hparams)),
    close: () => trainings.close(),
  };
}

/** Mean test loss over seeds that no tuner saw. */
async function testLoss(trainings: Trainings, hparams: HParams): Promise<number> {
  const {
    training,
    dataset: { split },
    seed,
  } = trainings.study;
  const steps = stepsOf({ epochs: training.epochs }, split.trainExamples, Number(hparams['batchSize']));
  let sum = 0;
  for (let i = 0; i < QUALITY_SEEDS; i++) {
    const spec: TrialSpec = {
      trialId: `quality/${i}`,
      label: '',
      hparams,
      seed: deriveSeed(seed, 'quality', i),
      schedule: stretched(training, training.epochs, steps),
      limit: { epochs: training.epochs },
      stop: {},
      evaluate: { validation: 'epoch', test: true },
      record: { stepLosses: false },
      process: 'warm',
      exportModel: false,
    };
    const { outcome } = await trainings.run(spec);
    sum += measurementOf(outcome)?.test?.values.loss ?? Infinity;
  }
  return sum / QUALITY_SEEDS;
}
