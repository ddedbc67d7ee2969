/**
 * A model ready to train: its variables with stable names, and what of it a step must feed.
 *
 * @module
 */
import type { HParams } from '../../../../workflows/words/trial';
import type { tf } from '../native';

/** What a model is built from. */
export interface ModelContext {
  /** Height, width and channels of an image. */
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  readonly hparams: HParams;
  /** The seed for the layer at a place of one's choosing, e.g. `seed('head')`; the same place gives the same seed. */
  seed(...place: readonly (number | string)[]): number;
}

export interface ModelVariable {
  /** Stable name: the layer's position and the weight's own name, e.g. `layers.3.kernel`. */
  readonly key: string;
  readonly variable: tf.Variable;
  readonly trainable: boolean;
  /** Of a frozen layer: no step changes it, be it trained elsewhere or a moving statistic. */
  readonly frozen: boolean;
  /** A kernel: weight decay, l1 and l2 act on it, but not on biases and the parameters of normalization. */
  readonly isKernel: boolean;
  readonly constraint: { apply(value: tf.Tensor): tf.Tensor } | null;
}

export interface TrainableModel {
  readonly network: tf.LayersModel;
  readonly variables: readonly ModelVariable[];
  /** Strengths of the noise layers by scalar name, to be fed in every step. */
  readonly noise: Readonly<Record<string, number>>;
  /**
   * Equal for models whose steps are the same computation on other weights, seeds and noise strengths; `null` for one of
   * a module, whose code may compute anything: of that a recording alone tells.
   */
  readonly structure: string | null;
  readonly parameters: number;
  dispose(): void;
}
