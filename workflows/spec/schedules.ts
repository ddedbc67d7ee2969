import { z } from 'zod';
import { SCHEDULE_DEFAULTS } from '../words/training-hparams';

const { exponential, cosine, oneCycle, plateau } = SCHEDULE_DEFAULTS;

const warmup = {
  warmupSteps: z
    .int()
    .min(0)
    .max(1_000_000)
    .default(0)
    .describe('Optimizer steps over which the learning rate rises linearly from 0.'),
};
const factor = (value: number, what: string) => z.number().min(0).max(1).default(value).describe(what);

const milestone = z.strictObject({
  epoch: z.number().gt(0).describe('From this epoch on.'),
  factor: z.number().min(0).max(1000).describe('Learning rate as a factor on learningRate.'),
});

const momentum = () => z.number().min(0).max(0.9999);

/** Momentum that goes against the learning rate. */
export const cycledMomentumSchema = z
  .strictObject({
    max: momentum().default(0.95).describe('Where the learning rate is lowest.'),
    min: momentum().default(0.85).describe('Where it is highest.'),
  })
  .refine(({ max, min }) => max >= min, { error: 'must be at least min', path: ['max'] })
  .describe(
    'Momentum, or beta1 of adam and adamw, falls as the learning rate rises, and rises as it falls. By default it stays as it is.',
  );

/** A learning-rate schedule: a factor on `learningRate` over the epochs. */
export const scheduleSchema = z
  .discriminatedUnion('name', [
    z.strictObject({ name: z.literal('constant'), ...warmup }),
    z.strictObject({
      name: z.literal('exponential'),
      factorPerEpoch: z
        .number()
        .gt(0)
        .max(1)
        .default(exponential.factorPerEpoch)
        .describe('The learning rate after an epoch, as a factor.'),
      ...warmup,
    }),
    z.strictObject({
      name: z.literal('cosine'),
      finalFactor: factor(cosine.finalFactor, 'Where the half cosine ends.'),
      ...warmup,
    }),
    z.strictObject({
      name: z.literal('piecewise'),
      milestones: z
        .array(milestone)
        .min(1)
        .max(100)
        .refine(
          (list) => list.every(({ epoch }, i) => i === 0 || epoch > (list[i - 1]?.epoch ?? 0)),
          'must have rising epochs',
        )
        .describe('Constant pieces, by the epoch each begins at.'),
      ...warmup,
    }),
    z.strictObject({
      name: z.literal('oneCycle'),
      peakFraction: z
        .number()
        .gt(0)
        .lt(1)
        .default(oneCycle.peakFraction)
        .describe('Share of the training until the peak.'),
      initialFactor: factor(oneCycle.initialFactor, 'Where it starts, as a factor on the peak.'),
      finalFactor: factor(oneCycle.finalFactor, 'Where it ends, as a factor on the peak.'),
      cycledMomentum: cycledMomentumSchema.exactOptional(),
      ...warmup,
    }),
    z.strictObject({
      name: z.literal('plateau'),
      factor: z.number().gt(0).lt(1).default(plateau.factor).describe('Factor at each plateau.'),
      patience: z
        .int()
        .min(1)
        .max(1000)
        .default(plateau.patience)
        .describe('Epochs without improvement that make a plateau.'),
      minFactor: factor(plateau.minFactor, 'Lowest factor.'),
      ...warmup,
    }),
  ])
  .describe('The learning-rate schedule.');
