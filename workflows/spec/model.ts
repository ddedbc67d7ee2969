import { z } from 'zod';
import type { InitialWeights, LayerSpec, ModelSpec } from '../words/study';
import { classOfLayer } from './layer-classes';
import { initialWeightsSchema } from './initial-weights';
import { freezeSchema } from './layer-patterns';

/** More layers than any network that a study would list by hand. */
const LAYERS_MAX = 1000;

const className = z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/, 'must be the name of a layer, such as conv2d or Conv2D');

const kerasLayer = z.strictObject({
  className: className.describe('Class of the layer in TensorFlow.js, e.g. Conv2D.'),
  config: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('Its configuration; any number may be { hparam: name }.'),
});

const flatLayer = z
  .object({ layer: className.describe('Name of the layer, e.g. conv2d, maxPooling2d, dense.') })
  .catchall(z.unknown())
  .describe('A layer and its configuration in one mapping, e.g. { layer: conv2d, filters: 32, kernelSize: 3 }.');

function staysInside(path: string): boolean {
  return (
    !path.startsWith('/') &&
    !path.includes('\\') &&
    !path.includes('\0') &&
    !path.includes(':') &&
    !path.split('/').includes('..')
  );
}

/** Beside each way to say which network. */
const weights = { freeze: freezeSchema.optional(), initialWeights: initialWeightsSchema.optional() };

export const modelSchema = z
  .union([
    z.strictObject({
      preset: z
        .string()
        .regex(/^[a-z0-9][a-z0-9.-]*$/, 'must be the name of a preset, such as mnist-cnn')
        .meta({ examples: ['mnist-cnn'] })
        .describe('Name of a built-in model.'),
      ...weights,
    }),
    z.strictObject({
      layers: z
        .array(z.union([kerasLayer, flatLayer]))
        .min(1)
        .max(LAYERS_MAX)
        .describe('Layers in order; the last gives one logit per class.'),
      ...weights,
    }),
    z.strictObject({
      module: z
        .string()
        .min(1)
        .refine(staysInside, "must be a path inside the worker's own model folder")
        .describe("A module in the folder that the worker's operator named."),
      ...weights,
    }),
  ])
  .describe("The network: a preset, a list of layers, or a module of the worker's own.");

/** Layers as tfjs class names with camelCase configurations, whichever way they were written. */
export function normalizeModel(model: z.output<typeof modelSchema>): ModelSpec {
  const { freeze, initialWeights, ...network } = model;
  const given = {
    ...(freeze !== undefined && { freeze }),
    ...(initialWeights !== undefined && { initialWeights: initialWeights as InitialWeights }),
  };
  if (!('layers' in network)) return { ...network, ...given };
  return { layers: network.layers.map((layer): LayerSpec => normalizeLayer(layer)), ...given };
}

function normalizeLayer(layer: z.output<typeof kerasLayer> | z.output<typeof flatLayer>): LayerSpec {
  if ('layer' in layer) {
    const { layer: name, ...config } = layer;
    return { className: classOfLayer(String(name)) ?? String(name), config: camelKeys(config) };
  }
  return { className: layer.className, config: camelKeys(layer.config) };
}

/** Keras writes `kernel_size` where TensorFlow.js writes `kernelSize`. */
function camelKeys(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => [
      key.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}
