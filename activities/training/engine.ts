import type { HostTensors } from './safetensors';

/** The models that every engine has by name; here, so that to check a study is to load no TensorFlow. */
export const PRESET_NAMES = ['mnist-cnn', 'lenet5', 'vgg-small', 'resnet20'] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

/** The images of a part, wherever they lie. */
export interface ImageSource {
  /**
   * Copies images, each row-major uint8 [height, width, channels], one after another into `target`, which has their
   * size.
   *
   * @throws TrainingFailure of type TrainerCrashed that names the file if they cannot be read any more.
   */
  read(indices: Int32Array, target: Uint8Array): void;
}

/** The examples of a part: labels in memory, 4 bytes an example. */
export interface ExampleSet {
  readonly examples: number;
  readonly shape: readonly [number, number, number];
  readonly images: ImageSource;
  readonly labels: Int32Array;
}

export interface BatchEvaluation {
  readonly lossSum: number;
  readonly correct: number;
}

export interface BatchDetails extends BatchEvaluation {
  /** Examples whose class was among the first `TOP_K` answers; `null` with no more classes than that. */
  readonly topCorrect: number | null;
  /** Examples by true class and by answer; `null` with more classes than `CONFUSION_CLASSES_MAX`. */
  readonly confusion: readonly (readonly number[])[] | null;
}

/** Squared norms of gradients: of half a batch, as the mean over both halves, and of the two halves together. */
export interface HalfBatchNorms {
  readonly small: number;
  readonly large: number;
}

/**
 * Says what will be asked for soon, so that it can be read meanwhile. Wrong or missing words cost time and change no
 * result.
 */
export interface Announcements {
  /** The examples of a step to come. */
  step(indices: Int32Array): void;
  /** An evaluation that begins with these examples. */
  evaluation(part: 'train' | 'test', indices: Int32Array): void;
}

/**
 * Runs the steps of one trial. State tensors are named as in checkpoints: model keys, and `slots.<slot>.<model key>`.
 */
export interface StepEngine {
  /** Puts all weights and slots in place. @throws RangeError if one is missing or of another shape. */
  load(state: HostTensors): void;
  /** A copy of all weights and slots. */
  read(): HostTensors;
  /**
   * One optimizer step on these examples of the training part, as many as one of the engine's batch sizes; returns the
   * loss.
   */
  step(indices: Int32Array, scalars: Float32Array, seed: readonly [number, number]): number;
  /**
   * How noisy the gradient is that a step on these examples would follow; moves nothing. Of an odd batch the last
   * example is left out.
   * @throws RangeError from an engine made without it.
   */
  gradientNorms(indices: Int32Array, scalars: Float32Array, seed: readonly [number, number]): HalfBatchNorms;
  /** Sums over these examples of a part; exact for any number of them. */
  evaluate(part: 'train' | 'test', indices: Int32Array): BatchEvaluation;
  evaluateInDetail(part: 'train' | 'test', indices: Int32Array): BatchDetails;
  /** Of an engine whose examples are not in memory. */
  readonly ahead?: Announcements;
  dispose(): void;
}
