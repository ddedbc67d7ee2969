/**
 * Momentum, or Adam's beta1, that falls from `max` to `min` while the learning rate rises, and rises while it falls.
 *
 * Source: L. N. Smith, "A disciplined approach to neural network hyper-parameters: Part 1" (arXiv:1803.09820), section
 * 4.3.
 */
export interface CycledMomentum {
  readonly max: number;
  readonly min: number;
}

/** A learning-rate schedule: a factor on `hparams.learningRate`, except `ramp`, which names the rates themselves. */
export type ScheduleSpec = { readonly warmupSteps?: number } & (
  | { readonly name: 'constant' }
  | { readonly name: 'exponential'; readonly factorPerEpoch: number }
  | { readonly name: 'cosine'; readonly finalFactor: number }
  | { readonly name: 'piecewise'; readonly milestones: readonly { readonly epoch: number; readonly factor: number }[] }
  | {
      readonly name: 'oneCycle';
      readonly peakFraction: number;
      readonly initialFactor: number;
      readonly finalFactor: number;
      readonly cycledMomentum?: CycledMomentum;
    }
  | { readonly name: 'plateau'; readonly factor: number; readonly patience: number; readonly minFactor: number }
  | { readonly name: 'ramp'; readonly from: number; readonly to: number; readonly cycledMomentum?: CycledMomentum }
);
