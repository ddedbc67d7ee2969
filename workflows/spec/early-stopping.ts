import { z } from 'zod';

const alpha = (value: number, what: string) => z.number().gt(0).max(1e6).default(value).describe(what);
const stripEpochs = z.int().min(1).max(1000).default(5).describe('Epochs of a strip, at whose end the rule is asked.');

/**
 * Prechelt's rules with the strips and one of the thresholds that he tried. Source: L. Prechelt, "Early Stopping - But
 * When?", 1998.
 */
export const earlyStoppingSchema = z.discriminatedUnion('rule', [
  z
    .strictObject({
      rule: z.literal('patience').default('patience'),
      patience: z.int().min(1).max(10_000).default(5).describe('Epochs without improvement after which a trial ends.'),
      minDelta: z.number().min(0).default(0).describe('Least change of the objective that counts as an improvement.'),
    })
    .describe('Once the objective has not improved for some epochs.'),
  z
    .strictObject({
      rule: z.literal('GL'),
      alpha: alpha(5, 'Most percent that the validation loss may be above its lowest.'),
    })
    .describe('Generalization loss: once the validation loss is too far above its lowest.'),
  z
    .strictObject({
      rule: z.literal('PQ'),
      alpha: alpha(0.75, 'Most percent of generalization loss per mille of progress of the training loss.'),
      stripEpochs,
    })
    .describe('Quotient of generalization loss and progress: as GL, but patient while the training loss still falls.'),
  z
    .strictObject({
      rule: z.literal('UP'),
      strips: z
        .int()
        .min(1)
        .max(1000)
        .default(4)
        .describe('Strips in a row at whose end the validation loss was higher than before.'),
      stripEpochs,
    })
    .describe('Up: once the validation loss has risen for several strips in a row, however little.'),
]);
