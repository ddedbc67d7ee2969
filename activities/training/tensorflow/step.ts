/**
 * One training step as functions of tensors: the eager engine runs them, the compiled engine records them.
 * Nothing in here may look at a tensor's values or take a number from a trial except through the step's scalars.
 *
 * @module
 */
import type { OptimizerSpec, TaskSpec } from '../../../workflows/words/study';
import { weightAverageOf } from '../../../workflows/trials/weight-average';
import type { HParams } from '../../../workflows/words/trial';
import { activeAugmentations, augment, type AugmentationName } from './augmentations';
import { meanCrossEntropy } from './cross-entropy';
import { createStepContext, type StepContext, withStepContext } from './layers/context';
import type { MovingAverage } from './layers/moving-average';
import type { ModelVariable, TrainableModel } from './model';
import { tf } from './native';
import { OPTIMIZERS } from './optimizers';
import { meanTaskLoss } from './task-losses';

/** What decides the form of a step's computation; the numbers in it come later, as scalars. */
export interface StepPlan {
  readonly model: TrainableModel;
  readonly classes: number;
  /** Absent: classification. */
  readonly task?: TaskSpec;
  readonly optimizer: OptimizerSpec;
  /** By class; absent: all weigh the same. */
  readonly classWeights?: readonly number[];
  readonly augmentations: readonly AugmentationName[];
  /** Of l1, l2, clipNorm and clipValue, those that are above 0. */
  readonly active: readonly string[];
  /** Whether weights and moving statistics are averaged on their way. */
  readonly averages: boolean;
  /** Names of all scalars, in the order they are fed in. */
  readonly scalarNames: readonly string[];
}

export interface Examples {
  /** [batch, height, width, channels], 0 to 255. */
  readonly images: tf.Tensor4D;
  /** [batch] int32 of classes, or [batch, targets] float32. */
  readonly labels: tf.Tensor;
}

export interface StepInputs extends Examples {
  /** One per `StepPlan.scalarNames`. */
  readonly scalars: readonly tf.Scalar[];
  /** [trial seed, step] int32. */
  readonly seed: tf.Tensor1D;
}

export interface StepGradients {
  /** Mean loss of the batch, with smoothed targets and weighted by class where it has classes; penalties are not in it. */
  readonly loss: tf.Scalar;
  readonly gradients: readonly tf.Tensor[];
  /** To be advanced with the variables. */
  readonly averages: readonly MovingAverage[];
}

/** What one variable is updated from. */
export interface UpdateInputs {
  readonly variable: tf.Tensor;
  readonly gradient: tf.Tensor;
  /** In the optimizer's order. */
  readonly slots: readonly tf.Tensor[];
}

/** Scalar of a step: the share of the new weights in their average. */
export const AVERAGE_SHARE = 'averageShare';

export const PIXEL_MAX = 255;
const OPTIONAL = ['l1', 'l2', 'clipNorm', 'clipValue'];

/** The plan of a trial's steps. */
export function planStep(
  model: TrainableModel,
  classes: number,
  optimizer: OptimizerSpec,
  hparams: HParams,
  { task, classWeights }: Pick<StepPlan, 'task' | 'classWeights'> = {},
): StepPlan {
  const active = OPTIONAL.filter((name) => Number(hparams[name] ?? 0) > 0);
  const augmentations = activeAugmentations(hparams);
  const own = Object.keys(OPTIMIZERS[optimizer.name].scalars?.(optimizer, 1) ?? {});
  const always = ['learningRate', 'momentum', 'weightDecay', 'labelSmoothing'];
  const averages = weightAverageOf(hparams) !== null;
  return {
    model,
    classes,
    optimizer,
    ...(task !== undefined && { task }),
    ...(classWeights !== undefined && { classWeights }),
    augmentations,
    active,
    averages,
    scalarNames: [
      ...always,
      ...active,
      ...augmentations,
      ...own,
      ...Object.keys(model.noise),
      ...(averages ? [AVERAGE_SHARE] : []),
    ],
  };
}

/**
 * Values of a step's scalars. `step` counts from 0.
 *
 * @param momentum Of a schedule that cycles it: in place of the hyperparameter, and of Adam's beta1. Adam's correction
 *   then goes by the step's own beta1, as PyTorch's does.
 */
export function stepScalars(
  { optimizer, model, scalarNames }: StepPlan,
  hparams: HParams,
  learningRate: number,
  step: number,
  momentum?: number,
  averageShare = 1,
): Float32Array {
  const scheduled = momentum === undefined ? {} : { momentum, beta1: momentum };
  const own = OPTIMIZERS[optimizer.name].scalars?.({ ...optimizer, ...scheduled }, step + 1) ?? {};
  const given: HParams = { ...hparams, ...scheduled, learningRate, [AVERAGE_SHARE]: averageShare };
  const value = (name: string): number => own[name] ?? model.noise[name] ?? Number(given[name] ?? 0);
  return Float32Array.from(scalarNames, value);
}

/** The variables that the optimizer moves. */
export const trainableVariables = (model: TrainableModel): readonly ModelVariable[] =>
  model.variables.filter(({ trainable }) => trainable);

/** The variables that are averaged on their way, moving statistics among them. */
export const averagedVariables = ({ model, averages }: StepPlan): readonly ModelVariable[] =>
  averages ? model.variables.filter(({ frozen }) => !frozen) : [];

/** The loss of a batch, and per trainable variable its gradient, penalized and clipped. */
export function stepGradients(plan: StepPlan, inputs: StepInputs): StepGradients {
  const context = contextOf(plan, inputs);
  const { gradients, ...others } = batchGradients(plan, inputs, context);
  return { ...others, gradients: clip(plan, gradients, context.scalar) };
}

/** What the gradient's noise is measured with: two halves of a batch, and the step's scalars and seed. */
export interface NoiseInputs extends Pick<StepInputs, 'scalars' | 'seed'> {
  readonly halves: readonly [Examples, Examples];
}

/**
 * Squared norms of gradients before clipping: [mean of those of the halves, that of the halves together]. Nothing that
 * is trained moves.
 */
export function gradientNorms(plan: StepPlan, { halves, ...inputs }: NoiseInputs): tf.Tensor1D {
  const context = contextOf(plan, inputs);
  const [first, second] = halves.map((half) => batchGradients(plan, half, context).gradients) as [
    readonly tf.Tensor[],
    readonly tf.Tensor[],
  ];
  const squaredNorm = (gradients: readonly tf.Tensor[]): tf.Tensor =>
    tf.addN(gradients.map((gradient) => tf.sum(tf.square(gradient))));
  const both = first.map((gradient, i) => tf.mul(tf.add(gradient, second[i] as tf.Tensor), 0.5));
  return tf.stack([tf.mul(tf.add(squaredNorm(first), squaredNorm(second)), 0.5), squaredNorm(both)]) as tf.Tensor1D;
}

function contextOf(plan: StepPlan, { scalars, seed }: Pick<StepInputs, 'scalars' | 'seed'>): StepContext {
  return createStepContext(new Map(plan.scalarNames.map((name, i) => [name, scalars[i] as tf.Scalar])), seed);
}

/**
 * The loss of a batch, per trainable variable its gradient with all penalties, and the averages that its layers asked
 * for.
 */
function batchGradients(plan: StepPlan, inputs: Examples, context: StepContext): StepGradients {
  const batch = augment(
    {
      images: tf.mul(inputs.images, 1 / PIXEL_MAX),
      targets: targetsOf(plan, inputs),
    },
    plan.augmentations,
    context,
  );
  const variables = trainableVariables(plan.model);
  const lossOf = batchLoss(plan, batch.targets, context.scalar('labelSmoothing'));
  const asked = context.averages.length;
  let loss: tf.Scalar | undefined;
  const { grads } = tf.variableGrads(
    () => {
      const logits = withStepContext(context, () =>
        plan.model.network.apply(batch.images, { training: true }),
      ) as tf.Tensor2D;
      // Kept: tfjs frees what a differentiated function does not return, and with penalties it returns another sum.
      loss = tf.keep(lossOf(logits));
      return layerPenalties(plan.model).reduce<tf.Scalar>((sum, penalty) => tf.add(sum, penalty), loss);
    },
    variables.map(({ variable }) => variable),
  );
  const gradients = variables.map((item) => penalized(plan, item, grads[item.variable.name], context.scalar));
  const averages = context.averages.slice(asked).map((average) => ({ ...average, batch: released(average.batch) }));
  return { loss: released(loss as unknown as tf.Scalar), gradients, averages };
}

const targetsOf = ({ task, classes }: StepPlan, { labels }: Examples): tf.Tensor2D =>
  (task === undefined ? tf.cast(tf.oneHot(labels, classes), 'float32') : labels) as tf.Tensor2D;

/** The loss by a batch's answers. @param targets Without smoothing; may be mixtures. */
function batchLoss(
  { task, classes, classWeights }: StepPlan,
  targets: tf.Tensor2D,
  smoothing: tf.Scalar,
): (answers: tf.Tensor2D) => tf.Scalar {
  // Numbers are not smoothed.
  if (task?.name === 'regression') return (answers) => meanTaskLoss(task, answers, targets);
  const share = tf.div(smoothing, task === undefined ? classes : 2);
  const smoothed = tf.add(tf.mul(targets, tf.sub(1, smoothing)), share) as tf.Tensor2D;
  if (task !== undefined) return (logits) => meanTaskLoss(task, logits, smoothed);
  const weights = classWeights && exampleWeights(targets, classWeights);
  return (logits) => meanCrossEntropy(logits, smoothed, weights);
}

/** Of examples whose targets may be mixtures. */
const exampleWeights = (targets: tf.Tensor2D, classWeights: readonly number[]): tf.Tensor2D =>
  tf.sum(tf.mul(targets, tf.tensor1d([...classWeights])), 1, true);

/** A kept tensor as one that goes with the scope it is in. */
function released<Kept extends tf.Tensor>(kept: Kept): Kept {
  const tensor = tf.clone(kept);
  kept.dispose();
  return tensor;
}

type ScalarOf = (name: string) => tf.Scalar;

/** Penalties that the layers themselves ask for, e.g. `kernelRegularizer`; nothing moves those of frozen layers. */
function layerPenalties({ network }: TrainableModel): readonly tf.Scalar[] {
  return network.layers.flatMap((layer) => (layer.trainable ? layer.calculateLosses() : []));
}

function penalized(
  plan: StepPlan,
  { variable, isKernel, key }: ModelVariable,
  gradient: tf.Tensor | null | undefined,
  scalar: ScalarOf,
): tf.Tensor {
  if (gradient === undefined || gradient === null)
    throw new RangeError(`${key} has no influence on the loss; take its layer out of the model`);
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

/** The next value of a variable, with decoupled weight decay and its constraint, and its next slots. */
export function updateVariable(
  plan: StepPlan,
  { isKernel, constraint }: ModelVariable,
  { variable, gradient, slots }: UpdateInputs,
  scalar: ScalarOf,
): { readonly value: tf.Tensor; readonly slots: readonly tf.Tensor[] } {
  const next = OPTIMIZERS[plan.optimizer.name].update({ gradient, slots, scalar });
  const kept = isKernel ? tf.mul(variable, tf.sub(1, tf.mul(scalar('learningRate'), scalar('weightDecay')))) : variable;
  const value = tf.sub(kept, next.decrement);
  return { value: constraint === null ? value : constraint.apply(value), slots: next.slots };
}
