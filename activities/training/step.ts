/**
 * One training step and one evaluation as functions of tensors: the eager engine runs them, the compiled engine records them.
 * Nothing in here may look at a tensor's values or take a number from a trial except through the step's scalars.
 *
 * @module
 */
import type { OptimizerSpec } from '../../workflows/study';
import type { HParams } from '../../workflows/trial';
import { activeAugmentations, augment } from './augmentation';
import { createStepContext, withStepContext } from './layers/context';
import type { ModelVariable, TrainableModel } from './model';
import { native, tf, typeAttribute } from './native';
import { OPTIMIZERS } from './optimizers';

/** What decides the form of a step's computation; the numbers in it come later, as scalars. */
export interface StepPlan {
  readonly model: TrainableModel;
  readonly classes: number;
  readonly optimizer: OptimizerSpec;
  readonly augmentations: readonly string[];
  /** Of l1, l2, clipNorm and clipValue, those that are above 0. */
  readonly active: readonly string[];
  /** Names of all scalars, in the order they are fed in. */
  readonly scalarNames: readonly string[];
}

export interface StepInputs {
  /** [batch, height, width, channels], 0 to 255. */
  readonly images: tf.Tensor4D;
  /** [batch] int32. */
  readonly labels: tf.Tensor1D;
  /** One per `StepPlan.scalarNames`. */
  readonly scalars: readonly tf.Scalar[];
  /** [trial seed, step] int32. */
  readonly seed: tf.Tensor1D;
  /** Per trainable variable, in the optimizer's order. */
  readonly slots: readonly (readonly tf.Tensor[])[];
}

export interface StepOutputs {
  /** Mean cross-entropy of the batch with smoothed targets; penalties are not in it. */
  readonly loss: tf.Scalar;
  readonly values: readonly tf.Tensor[];
  readonly slots: readonly (readonly tf.Tensor[])[];
}

const PIXEL_MAX = 255;
const OPTIONAL = ['l1', 'l2', 'clipNorm', 'clipValue'];

/** The plan of a trial's steps. */
export function planStep(model: TrainableModel, classes: number, optimizer: OptimizerSpec, hparams: HParams): StepPlan {
  const active = OPTIONAL.filter((name) => Number(hparams[name] ?? 0) > 0);
  const augmentations = activeAugmentations(hparams);
  const own = Object.keys(OPTIMIZERS[optimizer.name].scalars?.(optimizer, 1) ?? {});
  const always = ['learningRate', 'momentum', 'weightDecay', 'labelSmoothing'];
  return { model, classes, optimizer, augmentations, active, scalarNames: [...always, ...active, ...augmentations, ...own, ...Object.keys(model.noise)] };
}

/** Values of a step's scalars. `step` counts from 0. */
export function stepScalars(plan: StepPlan, hparams: HParams, learningRate: number, step: number): Float32Array {
  const own = OPTIMIZERS[plan.optimizer.name].scalars?.(plan.optimizer, step + 1) ?? {};
  const value = (name: string): number =>
    name === 'learningRate' ? learningRate : (own[name] ?? plan.model.noise[name] ?? Number(hparams[name] ?? 0));
  return Float32Array.from(plan.scalarNames, value);
}

/** The variables that the optimizer moves. */
export const trainableVariables = (model: TrainableModel): readonly ModelVariable[] => model.variables.filter(({ trainable }) => trainable);

/** One optimizer step. Moving statistics are written to their variables; trainable ones are returned. */
export function trainStep(plan: StepPlan, inputs: StepInputs): StepOutputs {
  const scalars = new Map(plan.scalarNames.map((name, i) => [name, inputs.scalars[i] as tf.Scalar]));
  const context = createStepContext(scalars, inputs.seed);
  const batch = augment(
    { images: tf.mul(inputs.images, 1 / PIXEL_MAX), targets: tf.cast(tf.oneHot(inputs.labels, plan.classes), 'float32') as tf.Tensor2D },
    plan.augmentations, context,
  );
  const variables = trainableVariables(plan.model);
  const smoothing = context.scalar('labelSmoothing');
  const targets = tf.add(tf.mul(batch.targets, tf.sub(1, smoothing)), tf.div(smoothing, plan.classes)) as tf.Tensor2D;
  let loss: tf.Scalar | undefined;
  const { grads } = tf.variableGrads(() => {
    const logits = withStepContext(context, () => plan.model.network.apply(batch.images, { training: true })) as tf.Tensor2D;
    // Kept: tfjs frees what a differentiated function does not return, and with penalties it returns another sum.
    loss = tf.keep(meanCrossEntropy(logits, targets));
    return layerPenalties(plan.model).reduce<tf.Scalar>((sum, penalty) => tf.add(sum, penalty), loss);
  }, variables.map(({ variable }) => variable));
  const gradients = clip(plan, variables.map((item) => penalized(plan, item, grads[item.variable.name], context.scalar)), context.scalar);
  const updates = variables.map((item, i) => update(plan, item, gradients[i] as tf.Tensor, inputs.slots[i] ?? [], context.scalar));
  const held = loss as unknown as tf.Scalar;
  const mean = tf.clone(held);
  held.dispose();
  return { loss: mean, values: updates.map(({ value }) => value), slots: updates.map(({ slots }) => slots) };
}

type ScalarOf = (name: string) => tf.Scalar;

/** Penalties that the layers themselves ask for, e.g. `kernelRegularizer`. */
function layerPenalties({ network }: TrainableModel): readonly tf.Scalar[] {
  return network.layers.flatMap((layer) => layer.calculateLosses());
}

function penalized(plan: StepPlan, { variable, isKernel, key }: ModelVariable, gradient: tf.Tensor | undefined, scalar: ScalarOf): tf.Tensor {
  if (gradient === undefined || gradient === null) throw new RangeError(`${key} has no influence on the loss; take its layer out of the model`);
  let sum = gradient;
  if (isKernel && plan.active.includes('l1')) sum = tf.add(sum, tf.mul(tf.sign(variable), scalar('l1')));
  if (isKernel && plan.active.includes('l2')) sum = tf.add(sum, tf.mul(variable, tf.mul(scalar('l2'), 2)));
  return sum;
}

/** Gradients with each element within ±clipValue, then with a common norm of at most clipNorm. */
function clip(plan: StepPlan, gradients: readonly tf.Tensor[], scalar: ScalarOf): readonly tf.Tensor[] {
  let clipped = gradients;
  if (plan.active.includes('clipValue')) {
    const limit = scalar('clipValue');
    clipped = clipped.map((gradient) => tf.maximum(tf.minimum(gradient, limit), tf.neg(limit)));
  }
  if (!plan.active.includes('clipNorm')) return clipped;
  const norm = tf.sqrt(tf.addN(clipped.map((gradient) => tf.sum(tf.square(gradient)))));
  const limit = scalar('clipNorm');
  const factor = tf.div(limit, tf.maximum(norm, limit));
  return clipped.map((gradient) => tf.mul(gradient, factor));
}

function update(plan: StepPlan, item: ModelVariable, gradient: tf.Tensor, slots: readonly tf.Tensor[], scalar: ScalarOf): { readonly value: tf.Tensor; readonly slots: readonly tf.Tensor[] } {
  const next = OPTIMIZERS[plan.optimizer.name].update({ gradient, slots, scalar });
  const kept = item.isKernel ? tf.mul(item.variable, tf.sub(1, tf.mul(scalar('learningRate'), scalar('weightDecay')))) : item.variable;
  const value = tf.sub(kept, next.decrement);
  return { value: item.constraint === null ? value : item.constraint.apply(value), slots: next.slots };
}

/** [cross-entropy per example, its gradient by the logits], by TensorFlow's fused op. */
function crossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): readonly [tf.Tensor1D, tf.Tensor2D] {
  const [losses, gradient] = native().executeMultipleOutputs('SoftmaxCrossEntropyWithLogits', [typeAttribute('T', 'float32')], [logits, targets], 2);
  return [losses as tf.Tensor1D, gradient as tf.Tensor2D];
}

function meanCrossEntropy(logits: tf.Tensor2D, targets: tf.Tensor2D): tf.Scalar {
  const fused = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [tf.Tensor2D, (tensors: tf.Tensor[]) => void];
    const [losses, gradient] = crossEntropy(input, targets);
    save([gradient]);
    const batch = input.shape[0];
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]): tf.Tensor => tf.mul(saved as tf.Tensor, tf.div(dy, batch));
    return { value: tf.mean(losses), gradFunc };
  });
  return fused(logits) as tf.Scalar;
}

export interface EvaluationInputs {
  readonly images: tf.Tensor4D;
  readonly labels: tf.Tensor1D;
  /** [batch] float32: 1 for an example, 0 for filling up the last batch. */
  readonly weights: tf.Tensor1D;
}

/** Sums over a batch: [cross-entropy, correct answers]. */
export function evaluateBatch(model: TrainableModel, classes: number, { images, labels, weights }: EvaluationInputs): tf.Tensor1D {
  const logits = model.network.apply(tf.mul(images, 1 / PIXEL_MAX), { training: false }) as tf.Tensor2D;
  const [losses] = crossEntropy(logits, tf.cast(tf.oneHot(labels, classes), 'float32') as tf.Tensor2D);
  const correct = tf.cast(tf.equal(tf.argMax(logits, 1), labels), 'float32');
  return tf.stack([tf.sum(tf.mul(losses, weights)), tf.sum(tf.mul(correct, weights))]) as tf.Tensor1D;
}
