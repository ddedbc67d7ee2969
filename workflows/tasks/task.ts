import type { RegressionLoss } from '../words/study';

/** A number that each image has, over the validation split. */
export interface TargetStatistics {
  readonly name: string;
  /** Of a label that is there or not, its share. */
  readonly mean: number;
  readonly variance: number;
  /** Mean distance from the median. */
  readonly deviation: number;
  /** Whether it is 1 or 0 of every image of the training part. */
  readonly isLabel: boolean;
}

/** What of a split's targets chance levels follow from. */
export interface TargetFacts {
  readonly classes: number;
  /** Empty where images have classes. */
  readonly targets: readonly TargetStatistics[];
  /** Validation examples by class, where they are known. */
  readonly validationLabels?: readonly number[];
  readonly regressionLoss?: RegressionLoss;
}

/** One number that an evaluation gives. */
export interface Metric {
  /** As in a test's values; a validation's are called `val` and this, e.g. `valLoss`. */
  readonly name: string;
  /** For people, e.g. `macro F1`. */
  readonly title: string;
  readonly direction: 'minimize' | 'maximize';
  /** On which its values are averaged and compared: `log` for losses, whose spread grows with them. */
  readonly scale: 'log' | 'linear';
  /** What whoever looks at no image can expect at best; `null` where nothing useful can be said. */
  readonly chanceLevel: (targets: TargetFacts) => number | null;
}

/** What a model learns to say of an image, and how its answers are judged. */
export interface Task {
  /** The loss of the training first, called `loss`; then what people look at first. */
  readonly metrics: readonly Metric[];
  /** For people, what `loss` is, e.g. `cross-entropy`. */
  readonly loss: string;
  /** What an image has: a class, labels that are there or not, or numbers. */
  readonly targets: 'class' | 'labels' | 'numbers';
  /** For people, what an output of the model is, e.g. `logit`. */
  readonly output: string;
}
