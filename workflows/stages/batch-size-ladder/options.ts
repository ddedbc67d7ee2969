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
    strategy: z
      .enum(['timeToTarget', 'throughput', 'largest', 'ruleOfThumb', 'grid', 'progressive'])
      .default('timeToTarget')
      .describe(
        'timeToTarget: reaches a validation loss first; throughput: most images a second, the smallest of equals; largest: the largest that fits; ruleOfThumb: 32 or 64, halved until it fits, compared with none; grid: the best validation objective of the sizes listed, after equal epochs; progressive: whether batches had better grow during a training from the size that the study holds up to the largest that fits, by its training.batchSizeSchedule or by doubling.',
      ),
    sizes: z
      .array(batchSize())
      .min(1)
      .max(12)
      .optional()
      .describe(
        'Of strategy grid the sizes, at least two; of ruleOfThumb the one size, 32 or 64 (32). Others take none.',
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
        "Fresh seeds on which the size that the short trainings found best is compared with the study's own once more: what is said of it rests on these alone. None are spent where the study's own was best. Of strategy progressive, which picks nothing, these are further seeds.",
      ),
  })
  .refine(({ batchSizeMin, batchSizeMax }) => batchSizeMax >= batchSizeMin, {
    error: 'must be at least batchSizeMin',
    path: ['batchSizeMax'],
  })
  .superRefine(({ strategy, sizes }, { addIssue }) => {
    const path = ['sizes'];
    if (strategy === 'grid' && new Set(sizes).size < 2)
      addIssue({ code: 'custom', path, message: 'must list at least two sizes for strategy grid, e.g. [32, 64, 128]' });
    if (strategy === 'ruleOfThumb' && sizes !== undefined && !(sizes.length === 1 && [32, 64].includes(sizes[0]!)))
      addIssue({ code: 'custom', path, message: 'must be [32] or [64] for strategy ruleOfThumb' });
    if (!['grid', 'ruleOfThumb'].includes(strategy) && sizes !== undefined)
      addIssue({
        code: 'custom',
        path,
        message: `is read by strategy grid and ruleOfThumb, not by ${strategy}: leave it out`,
      });
  });

export type BatchSizeLadderOptions = z.output<typeof batchSizeLadderOptions>;
