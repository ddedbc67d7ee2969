import { loneValues } from '../../../../workflows/planning/layer-shapes';
import { modelInvalid } from '../../failures';
import { describeLayer, prepareLayer } from '../layers';
import type { tf } from '../native';
import { layersOf, namedLayers } from './layer-names';
import type { ModelContext, ModelVariable, TrainableModel } from './model';

interface LayerVariable {
  readonly originalName: string;
  readonly val: tf.Variable;
  readonly constraint: ModelVariable['constraint'];
}

const variablesOf = (
  layer: tf.layers.Layer,
): { readonly trainable: readonly LayerVariable[]; readonly other: readonly LayerVariable[] } => ({
  trainable: layer.trainableWeights as unknown as readonly LayerVariable[],
  other: layer.nonTrainableWeights as unknown as readonly LayerVariable[],
});

/**
 * Makes a network trainable: variables with stable names, noise that is keyed by the step, layers prepared.
 *
 * @param from Whether Stepwell's own code built it from configuration alone, or a user's module did.
 * @throws TrainingFailure if it does not end in one logit per class, or has a layer that cannot be repeated.
 */
export function trainable(
  network: tf.LayersModel,
  context: ModelContext,
  from: 'configuration' | 'module',
): TrainableModel {
  const layers = namedLayers(network).map(({ layer, isFrozen }) => {
    // A layer of a model that is frozen as a whole does not know of it.
    if (isFrozen) layer.trainable = false;
    return layer;
  });
  const noise: Record<string, number> = {};
  layers.forEach((layer, i) => {
    const strength = prepareLayer(layer, `noise.${i}`);
    if (strength !== null && strength > 0) noise[`noise.${i}`] = strength;
  });
  checkSizes(layers);
  checkNormalizations(layers, context);
  checkOutput(network, context);
  const variables = layers.flatMap(namedVariables);
  if (!variables.some(({ trainable: moves }) => moves))
    throw modelInvalid('model has nothing to train: freeze fewer of its layers, or add one with weights');
  return {
    network,
    variables,
    noise,
    parameters: variables.reduce((sum, { variable }) => sum + variable.size, 0),
    structure: from === 'module' ? null : structureOf(network, context, Object.keys(noise)),
    dispose: () => void network.dispose(),
  };
}

function namedVariables(layer: tf.layers.Layer, position: number): ModelVariable[] {
  const { trainable: own, other } = variablesOf(layer);
  const seen = new Map<string, number>();
  const name = ({ originalName }: LayerVariable): string => {
    const short = originalName.slice(originalName.lastIndexOf('/') + 1);
    const count = seen.get(short) ?? 0;
    seen.set(short, count + 1);
    return `layers.${position}.${short}${count > 0 ? `.${count}` : ''}`;
  };
  const describe =
    (isTrainable: boolean) =>
    (weight: LayerVariable): ModelVariable => ({
      key: name(weight),
      variable: weight.val,
      trainable: isTrainable,
      frozen: !layer.trainable,
      constraint: weight.constraint,
      isKernel: isTrainable && /kernel|embeddings/i.test(weight.originalName),
    });
  return [...own.map(describe(true)), ...other.map(describe(false))];
}

/** TensorFlow.js lets some layers take more of an image than there is, and TensorFlow then loads no such graph. */
function checkSizes(layers: readonly tf.layers.Layer[]): void {
  layers.forEach((layer) => {
    const [output = []] = shapesOf(layer.outputShape);
    if (output.every((size) => size === null || (Number.isInteger(size) && size > 0))) return;
    throw modelInvalid(
      `${describeLayer(layer)} must leave something of its input, got an output of ${output.slice(1).join(' x ')}`,
    );
  });
}

function checkNormalizations(layers: readonly tf.layers.Layer[], { hparams }: ModelContext): void {
  for (const layer of layers.filter((one) => one.getClassName() === 'BatchNormalization')) {
    const [[, ...shape] = []] = shapesOf(layer.outputShape);
    const { axis } = layer.getConfig() as { readonly axis: number };
    const refusal = loneValues(axis, shape.map(Number), hparams['batchSize']);
    if (refusal !== undefined) throw modelInvalid(`${describeLayer(layer)} ${refusal}`);
  }
}

const shapesOf = (shapes: tf.Shape | tf.Shape[]): readonly tf.Shape[] =>
  (Array.isArray(shapes[0]) ? shapes : [shapes]) as readonly tf.Shape[];

function checkOutput(network: tf.LayersModel, { classes }: ModelContext): void {
  const shapes = network.outputs.map(({ shape }) => JSON.stringify(shape));
  if (shapes.length !== 1 || shapes[0] !== JSON.stringify([null, classes])) {
    throw modelInvalid(
      `model must end in one output of shape [null,${classes}] (an output for each class or target), got ${shapes.join(' and ')}`,
    );
  }
  const last = network.layers.at(-1);
  const activation = (last?.getConfig() as { readonly activation?: unknown } | undefined)?.activation;
  if (last?.getClassName() === 'Softmax' || activation === 'softmax') {
    throw modelInvalid(
      `model must end in logits, got a softmax in its last layer (${last?.getClassName()}); leave the softmax out, the loss has it`,
    );
  }
}

/** The configuration of a network that its configuration tells from all others. */
function structureOf(network: tf.LayersModel, { shape, classes }: ModelContext, noise: readonly string[]): string {
  const fed = new Set(layersOf(network).map((layer) => layer.name));
  return JSON.stringify([shape, classes, noise, bareConfig(network.getConfig(), fed)]);
}

/**
 * Without what differs between trials that share a graph: names, what weights start from, and the strengths of noise
 * layers, which every step is fed. Wrapped layers draw for themselves, from what their configuration says.
 *
 * @param fed Names of the layers whose noise is fed.
 */
function bareConfig(config: unknown, fed: ReadonlySet<string>): unknown {
  if (Array.isArray(config)) return config.map((item) => bareConfig(item, fed));
  if (typeof config !== 'object' || config === null) return config;
  const isFed = fed.has(String((config as { readonly name?: unknown }).name));
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key !== 'name' && !/initializer$/i.test(key) && !(isFed && FED_NOISE.has(key)))
      .map(([key, value]) => [key, bareConfig(value, fed)]),
  );
}

const FED_NOISE: ReadonlySet<string> = new Set(['seed', 'rate', 'stddev']);
