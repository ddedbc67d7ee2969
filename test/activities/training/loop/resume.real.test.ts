/**
 * @jest-environment ./test/support/native-environment.ts
 */
import { OPTIMIZERS } from '../../../../activities/training/tensorflow/optimizers';
import { TensorFlowEngine } from '../../../../activities/training/tensorflow/tensorflow-engine';
import type { Trainer } from '../../../../activities/training/loop/trainer';
import type { TrainJob } from '../../../../activities/trial/protocol';
import { deriveSeed } from '../../../../workflows/search/random';
import type { OptimizerName } from '../../../../workflows/words/study';
import type { TrialSpec } from '../../../../workflows/words/trial';
import { finished, measurementOf, trainerInProcess, type TrainerInProcess } from '../../../support/train-in-process';
import {
  digitsJob,
  type LocalDigits,
  packedDigits,
  STATEFUL_MODEL,
  tensorBits,
  withoutTimes,
} from '../../../support/trainer';

let digits: LocalDigits;
beforeAll(async () => {
  digits = await packedDigits();
});

const engines: TensorFlowEngine[] = [];
afterEach(() => engines.splice(0).forEach((engine) => engine.close()));

/** A trainer with an engine of its own. */
function freshTrainer(onCheckpoint?: (trainer: Trainer) => void): TrainerInProcess {
  const engine = new TensorFlowEngine();
  engines.push(engine);
  return trainerInProcess(engine, (_, trainer) => onCheckpoint?.(trainer));
}

describe('a trial stopped at some step and resumed in a fresh engine', () => {
  it.each(Object.keys(OPTIMIZERS) as OptimizerName[])(
    'ends in the bits and the measurement of one never stopped, under %s',
    async (name) => {
      const job = (more: Partial<TrainJob> = {}): TrainJob =>
        digitsJob(digits, {
          model: STATEFUL_MODEL,
          optimizer: { name },
          trial: {
            hparams: {
              batchSize: 64,
              dropoutRate: 0.3,
              shift: 0.1,
              mixup: 0.2,
              weightDecay: 1e-3,
              labelSmoothing: 0.1,
              learningRate: 0.005,
            },
            schedule: { name: 'plateau', factor: 0.5, patience: 0, minFactor: 0.01, warmupSteps: 5 },
            limit: { epochs: 3 },
            stop: { divergenceFactor: 10, dead: true, patience: 2 },
            evaluate: { validation: 'epoch', test: true },
          },
          ...more,
        });
      const whole = await finished(freshTrainer().trainer, job());

      const stopAt = (deriveSeed('stop', name) % 53) + 1;
      const first = freshTrainer((trainer) => trainer.stop());
      const end = await first.trainer.train(job({ checkpointEverySteps: stopAt }));
      const checkpoint = first.checkpoints.at(-1)!;
      expect(end).toEqual({ type: 'stopped', step: checkpoint.step });
      const resumed = await finished(freshTrainer().trainer, job({ resumeFrom: checkpoint.path }));

      expect(withoutTimes(measurementOf(resumed))).toEqual(withoutTimes(measurementOf(whole)));
      expect(tensorBits(resumed.weightsPath!)).toEqual(tensorBits(whole.weightsPath!));
      expect(measurementOf(resumed).deviceSeconds).toBeGreaterThan(checkpoint.deviceSeconds);
    },
  );

  it('and whose split is another one has trained on other examples, and ends in the same bits', async () => {
    const job = (split: TrialSpec['split'], more: Partial<TrainJob> = {}): TrainJob =>
      digitsJob(digits, {
        classWeights: 'balanced',
        sampler: 'balanced',
        trial: {
          ...(split && { split }),
          limit: { epochs: 2 },
          stop: { patience: 2 },
          evaluate: { validation: 'epoch', test: true },
        },
        ...more,
      });
    const own = await finished(freshTrainer().trainer, job(undefined));
    for (const split of [{ seed: 5 }, { fold: 1 }]) {
      const whole = await finished(freshTrainer().trainer, job(split));
      const first = freshTrainer((trainer) => trainer.stop());
      await first.trainer.train(job(split, { checkpointEverySteps: 29 }));
      const resumed = await finished(
        freshTrainer().trainer,
        job(split, { resumeFrom: first.checkpoints.at(-1)!.path }),
      );
      expect(withoutTimes(measurementOf(resumed))).toEqual(withoutTimes(measurementOf(whole)));
      expect(tensorBits(resumed.weightsPath!)).toEqual(tensorBits(whole.weightsPath!));

      expect(tensorBits(whole.weightsPath!)).not.toEqual(tensorBits(own.weightsPath!));
      const [ours, others] = [measurementOf(whole), measurementOf(own)];
      expect(ours.curve.map(({ step }) => step)).toEqual(others.curve.map(({ step }) => step));
      expect(ours.test?.examples).toBe(others.test?.examples);
    }
  });

  it('that was about to end makes no further step', async () => {
    const job = (more: Partial<TrainJob> = {}): TrainJob =>
      digitsJob(digits, {
        checkpointEverySteps: 10,
        trial: { limit: { steps: 20 }, evaluate: { validation: 'end', test: false } },
        ...more,
      });
    const { trainer, checkpoints } = freshTrainer();
    const whole = await finished(trainer, job());
    expect(checkpoints.map(({ step, best }) => [step, best])).toEqual([
      [10, false],
      [20, false],
    ]);
    const resumed = await finished(trainer, job({ resumeFrom: checkpoints[1]!.path }));
    expect(withoutTimes(measurementOf(resumed))).toEqual(withoutTimes(measurementOf(whole)));
  });
});
