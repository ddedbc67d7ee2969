/**
 * The port between a training and what computes it: the loop knows this and nothing of what is behind it.
 *
 * @module
 */
import type { Measurement } from '../../workflows/words/outcome';
import type { TrainJob } from '../trial/protocol';
import type { LoadedDataset } from './examples/dataset';
import type { HostTensors } from './safetensors';

/** The models that every engine has by name; here, so that to check a study is to load no TensorFlow. */
export const PRESET_NAMES = ['mnist-cnn', 'lenet5', 'vgg-small', 'resnet20'] as const;

export type PresetName = (typeof PRESET_NAMES)[number];

/** Computes trainings, one at a time. */
export interface TrainingEngine {
  /** All that the bits of a training depend on besides its trial: part of every trial's content address. */
  readonly identity: string;
  readonly onGpu: boolean;
  /** Bytes of images that it may hold; of a data set with more it reads every batch from the disk. */
  readonly residentBytes: number;
  /**
   * Makes everything ready for a job's first step.
   *
   * @throws TrainingFailure of type ModelInvalid if the model cannot be built or trained.
   */
  open(job: TrainJob, dataset: LoadedDataset): Promise<OpenTraining>;
  /** Frees what it keeps for the jobs to come. No training may be open. */
  close(): void;
}

/** A job that is ready to train. State tensors are named as in checkpoints, see `StepEngine`. */
export interface OpenTraining {
  /** Numbers in the model's own tensors. */
  readonly parameters: number;
  /** Names of the model's layers; the weights of the first are `layers.0.…`. */
  readonly layers: readonly string[];
  /** Where the trial starts: the model's first weights, and slots at their start value. */
  initialState(): HostTensors;
  /** The model's own tensors among a state's. @throws RangeError if one is missing. */
  weightsOf(state: HostTensors): HostTensors;
  /** The averages of these in a state, in their place; `null` of a trial that averages none. */
  averagesOf(state: HostTensors): HostTensors | null;
  /** Moving statistics by name, each with the share that it keeps at every step. */
  readonly statistics: ReadonlyMap<string, number>;
  /**
   * The numbers that `StepEngine.step` takes at a step, counted from 0.
   *
   * @param momentum Of a schedule that cycles it: in place of the hyperparameter, and of Adam's beta1.
   * @param averageShare Of the new weights in their average.
   */
  stepScalars(step: number, learningRate: number, momentum?: number, averageShare?: number): Float32Array;
  readonly engine: StepEngine;
  /** Writes the model with these weights into a folder of its own, for others to load. */
  export(folder: string, weights: HostTensors, measurement: Measurement): Promise<void>;
  /** Frees the model; the engine's place is taken by the next job. */
  close(): void;
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
  /**
   * The moving statistics that a step on these examples would leave; moves nothing. Only of an engine whose trial
   * averages weights.
   */
  statistics(indices: Int32Array, scalars: Float32Array, seed: readonly [number, number]): HostTensors;
  /** Examples that it evaluates at a time; follows from the model alone. */
  readonly evaluationBatch: number;
  /** What the model answers to these examples of a part: a row for each, as the task's scorer reads it. */
  evaluate(part: 'train' | 'test', indices: Int32Array): readonly Float32Array[];
  /** Of an engine whose examples are not in memory. */
  readonly ahead?: Announcements;
  dispose(): void;
}
