/** A learning-rate schedule: a factor on `hparams.learningRate`, except `ramp`, which names the rates themselves. */
export type ScheduleSpec = { readonly warmupSteps?: number } & (
  | { readonly name: 'constant' }
  | { readonly name: 'exponential'; readonly factorPerEpoch: number }
  | { readonly name: 'cosine'; readonly finalFactor: number }
  | { readonly name: 'piecewise'; readonly milestones: readonly { readonly epoch: number; readonly factor: number }[] }
  | { readonly name: 'oneCycle'; readonly peakFraction: number; readonly initialFactor: number; readonly finalFactor: number }
  | { readonly name: 'plateau'; readonly factor: number; readonly patience: number; readonly minFactor: number }
  | { readonly name: 'ramp'; readonly from: number; readonly to: number }
);
