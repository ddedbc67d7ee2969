/**
 * What a command and the process that answers for its model say to each other over IPC, as structured clones.
 *
 * @module
 */

/** Pixels from 0 to 255, row-major [images, height, width, channels]. */
export interface ImageBatch {
  readonly images: number;
  readonly pixels: Uint8Array | Float32Array;
}

/** Outputs of the model by their names, e.g. `probabilities`, row-major [images, outputs]. */
export type ModelOutputs = Readonly<Record<string, Float32Array>>;

/** What a process needs to know of a model. */
export interface ModelToLoad {
  /** Folder with `saved_model.pb`. */
  readonly folder: string;
  /** Of one image: height, width, channels. */
  readonly shape: readonly number[];
  /** Names of the outputs. */
  readonly outputs: readonly string[];
}

export interface ToInference {
  readonly id: number;
  readonly batch: ImageBatch;
}

export type FromInference =
  | { readonly type: 'ready' }
  /** TensorFlow does not take the model. */
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'answer'; readonly id: number; readonly outputs: ModelOutputs }
  | { readonly type: 'failed'; readonly id: number; readonly message: string };
