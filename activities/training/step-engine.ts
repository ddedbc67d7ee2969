import type { HostTensors } from './safetensors';

/** Examples in memory. */
export interface ExampleSet {
  readonly examples: number;
  readonly shape: readonly [number, number, number];
  /** Row-major [examples, height, width, channels]. */
  readonly images: Uint8Array;
  readonly labels: Int32Array;
}

export interface BatchEvaluation {
  readonly lossSum: number;
  readonly correct: number;
}

/** Runs the steps of one trial. State tensors are named as in checkpoints: model keys, and `slots.<slot>.<model key>`. */
export interface StepEngine {
  /** Puts all weights and slots in place. @throws RangeError if one is missing or of another shape. */
  load(state: HostTensors): void;
  /** A copy of all weights and slots. */
  read(): HostTensors;
  /** One optimizer step on these examples of the training part; returns the loss. */
  step(indices: Int32Array, scalars: Float32Array, seed: readonly [number, number]): number;
  /** Sums over these examples of a part; exact for any number of them. */
  evaluate(part: 'train' | 'test', indices: Int32Array): BatchEvaluation;
  dispose(): void;
}
