import { z } from 'zod';

const batchSize = () => z.int().min(1).max(65_536);

/** Options of `batchSizeLadder`. */
export const batchSizeLadderOptions = z
  .strictObject({
    batchSizeMin: batchSize()
      .default(16)
      .describe('Lowest rung; every rung is twice the one below, until memory ends the climb.'),
    batchSizeMax: batchSize()
      .default(4096)
      .describe('No rung is above this, nor above the number of training examples.'),
    objective: z
      .enum(['timeToTarget', 'throughput', 'largest'])
      .default('timeToTarget')
      .describe(
        'timeToTarget: reaches a validation loss first; throughput: most images a second, the smallest of equals; largest: the largest that fits.',
      ),
    resolution: z
      .number()
      .min(0.01)
      .max(1)
      .default(0.25)
      .describe(
        'Where memory ends the climb, sizes between the last that fit and the first that did not are halved until they are this share apart; 1 for none.',
      ),
    warmupSteps: z.int().min(1).max(1000).default(3).describe('Steps of a rung before its steps are timed.'),
    timedSteps: z.int().min(5).max(1000).default(20).describe('Steps of a rung that are timed.'),
    soakSteps: z
      .int()
      .min(10)
      .max(100_000)
      .default(100)
      .describe('Steps that the chosen size must run through once more, in a process of its own.'),
    memoryMargin: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe('Where memory ends the climb, a size this share larger than the chosen one must pass too.'),
    raceEpochs: z
      .int()
      .min(1)
      .max(1000)
      .default(3)
      .describe('Length of the short trainings behind timeToTarget; no longer than training.epochs.'),
    epochsFactorMax: z
      .number()
      .min(1)
      .max(100)
      .default(1.25)
      .describe(
        "timeToTarget chooses no size that takes more than this many times the epochs of the study's own to the same loss: the trainings after this stage have a number of epochs, not a time.",
      ),
    replicates: z.int().min(1).max(20).default(2).describe('Seeds of those short trainings.'),
    confirmations: z
      .int()
      .min(0)
      .max(50)
      .default(4)
      .describe(
        "Fresh seeds on which the size that the short trainings found best is compared with the study's own once more: what is said of it rests on these alone. None are spent where the study's own was best.",
      ),
  })
  .refine(({ batchSizeMin, batchSizeMax }) => batchSizeMax >= batchSizeMin, {
    error: 'must be at least batchSizeMin',
    path: ['batchSizeMax'],
  });

export type BatchSizeLadderOptions = z.output<typeof batchSizeLadderOptions>;
