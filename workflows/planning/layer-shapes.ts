/**
 * What a list of layers leaves of an image, by arithmetic alone: whether a model can be built is told before anything
 * that could build it is loaded. Layers that are not in the table are taken as they come, and nothing is said of what
 * follows them.
 *
 * @module
 */
import type { LayerSpec } from '../words/study';
import type { HParams } from '../words/trial';

/** Height, width and channels, or fewer after a layer that flattens; the batch is left out. */
type Shape = readonly number[];

type Config = Readonly<Record<string, unknown>>;

/** What a layer gives; `undefined` where this module cannot tell, a sentence's end where there is no such layer. */
type Rule = (config: Config, input: Shape) => Shape | string | undefined;

/** Images and classes that a model is built for. */
export interface ModelEnds {
  readonly shape: readonly [number, number, number];
  readonly classes: number;
}

/**
 * Why no model can be built of the layers at these hyperparameters, in the words of the trial that would find it;
 * `undefined` where nothing speaks against it.
 */
export function unbuildable(
  layers: readonly LayerSpec[],
  hparams: HParams,
  { shape, classes }: ModelEnds,
): string | undefined {
  let current: Shape = shape;
  for (const [i, { className, config }] of layers.entries()) {
    const place = `model.layers[${i}] (${className})`;
    const own = withValues(config, hparams) as Config;
    if (className === 'BatchNormalization') {
      const refusal = loneValues(Number(own['axis'] ?? -1), current, hparams['batchSize']);
      if (refusal !== undefined) return `${place} ${refusal}`;
    }
    const output = RULES[className]?.(own, current);
    if (output === undefined) return undefined;
    if (typeof output === 'string') return `${place} ${output}`;
    if (output.some((size) => size <= 0))
      return `${place} must leave something of its input of ${sizes(current)}, got an output of ${sizes(output)}`;
    current = output;
  }
  if (current.length === 1 && current[0] === classes) return undefined;
  return `the last layer must give one output for each of ${classes} classes or targets, got an output of ${sizes(current)}`;
}

/**
 * Why a batch normalization cannot train at a batch size: of one value a channel the mean is that value, and nothing is
 * left of it. `undefined` where there are more.
 *
 * @param axis Of the channels, as in Keras: the batch is axis 0, and -1 the last.
 * @param shape Of an example.
 */
export function loneValues(axis: number, shape: Shape, batchSize: unknown): string | undefined {
  const channels = axis < 0 ? shape.length + axis : axis - 1;
  if (batchSize !== 1 || shape.some((size, i) => i !== channels && size !== 1)) return undefined;
  return 'must have more than one value a channel to normalize over, got a batch of 1; set batchSize to at least 2, or take another normalization';
}

const sizes = (shape: Shape): string => shape.join(' x ');

/** A configuration with every `{ hparam: name }` replaced by its value. */
function withValues(value: unknown, hparams: HParams): unknown {
  if (Array.isArray(value)) return value.map((item) => withValues(item, hparams));
  if (typeof value !== 'object' || value === null) return value;
  if ('hparam' in value && typeof value.hparam === 'string') return hparams[value.hparam];
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withValues(item, hparams)]));
}

const unchanged: Rule = (_, input) => input;

/** A number for both sides, or one for each. */
function pair(value: unknown): readonly [number, number] | undefined {
  const [height, width] = Array.isArray(value) && value.length === 2 ? (value as unknown[]) : [value, value];
  return typeof height === 'number' && typeof width === 'number' ? [height, width] : undefined;
}

/** A layer that takes images only, its channels last. */
function onImages(rule: (config: Config, input: readonly [number, number, number]) => ReturnType<Rule>): Rule {
  return (config, input) => {
    if ((config['dataFormat'] ?? 'channelsLast') !== 'channelsLast') return undefined;
    const [height, width, channels] = input;
    if (input.length !== 3 || height === undefined || width === undefined || channels === undefined)
      return `takes images, height x width x channels, got an input of ${sizes(input)}`;
    return rule(config, [height, width, channels]);
  };
}

/** A window that slides over an image. */
function windowed(
  size: string,
  defaultStrides: string | 1,
  channelsOf: (config: Config, input: number) => unknown,
): Rule {
  return onImages((config, [height, width, channels]) => {
    const window = pair(config[size] ?? (size === 'poolSize' ? 2 : undefined));
    const strides = pair(config['strides'] ?? (defaultStrides === 1 ? 1 : window));
    const dilation = pair(config['dilationRate'] ?? 1);
    const padding = config['padding'] ?? 'valid';
    const output = channelsOf(config, channels);
    if (!window || !strides || !dilation || (padding !== 'valid' && padding !== 'same')) return undefined;
    if (typeof output !== 'number') return undefined;
    if (!isCount(output)) return `must have a whole number of channels above 0, got ${output}`;
    if (![...window, ...strides].every(isCount))
      return `must take and move by whole numbers above 0, got ${sizes(window)} and ${sizes(strides)}`;
    const side = (length: number, axis: 0 | 1): number => {
      const taken = padding === 'same' ? 0 : (window[axis] - 1) * dilation[axis];
      return Math.floor((length - taken + strides[axis] - 1) / strides[axis]);
    };
    return [side(height, 0), side(width, 1), output];
  });
}

const isCount = (value: number): boolean => Number.isInteger(value) && value > 0;

const convolution = windowed('kernelSize', 1, ({ filters }) => filters);
const pooling = windowed('poolSize', 'poolSize', (_, channels) => channels);
const globalPooling = onImages((_, [, , channels]) => [channels]);

/** Grows or crops each side by what is told for its two ends. */
function framed(key: string, sign: 1 | -1, fallback: number): Rule {
  return onImages((config, [height, width, channels]) => {
    const ends = config[key] ?? fallback;
    const [above, beside] = Array.isArray(ends) && ends.length === 2 ? (ends as unknown[]) : [ends, ends];
    const [vertical, horizontal] = [pair(above), pair(beside)];
    if (!vertical || !horizontal) return undefined;
    return [height + sign * (vertical[0] + vertical[1]), width + sign * (horizontal[0] + horizontal[1]), channels];
  });
}

const dense: Rule = ({ units }, input) => {
  if (typeof units !== 'number') return undefined;
  return isCount(units) ? [...input.slice(0, -1), units] : `must have a whole number of units above 0, got ${units}`;
};

const flatten: Rule = ({ dataFormat = 'channelsLast' }, input) => {
  if (dataFormat !== 'channelsLast') return undefined;
  return input.length < 2
    ? `takes more than one axis, got an input of ${sizes(input)}`
    : [input.reduce((product, size) => product * size, 1)];
};

const upSampling = onImages(({ size = 2 }, [height, width, channels]) => {
  const factors = pair(size);
  return factors && [height * factors[0], width * factors[1], channels];
});

const RULES: Readonly<Record<string, Rule | undefined>> = {
  ...Object.fromEntries(
    [
      ...['InputLayer', 'ReLU', 'LeakyReLU', 'PReLU', 'ELU', 'ThresholdedReLU', 'Softmax', 'Activation', 'Rescaling'],
      ...['Dropout', 'GaussianNoise', 'GaussianDropout', 'AlphaDropout', 'BatchNormalization', 'LayerNormalization'],
    ].map((name) => [name, unchanged]),
  ),
  Conv2D: convolution,
  SeparableConv2D: convolution,
  DepthwiseConv2D: windowed('kernelSize', 1, ({ depthMultiplier = 1 }, channels) =>
    typeof depthMultiplier === 'number' ? depthMultiplier * channels : undefined,
  ),
  MaxPooling2D: pooling,
  AveragePooling2D: pooling,
  GlobalMaxPooling2D: globalPooling,
  GlobalAveragePooling2D: globalPooling,
  SpatialDropout2D: onImages((_, input) => input),
  UpSampling2D: upSampling,
  ZeroPadding2D: framed('padding', 1, 1),
  Cropping2D: framed('cropping', -1, 0),
  Flatten: flatten,
  Dense: dense,
};
