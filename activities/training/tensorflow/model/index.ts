import { deriveSeed } from '../../../../workflows/search/random';
import type { ModelSpec } from '../../../../workflows/words/study';
import type { HParams } from '../../../../workflows/words/trial';
import { PRESET_NAMES, type PresetName } from '../../engine';
import { modelInvalid, TrainingFailure } from '../../failures';
import { registerFusedGradients } from '../layers/gradients';
import { tf } from '../native';
import { buildLayers } from './from-layers';
import { freezeLayers, frozenPatterns } from './freeze';
import type { ModelContext, TrainableModel } from './model';
import { buildModule } from './from-module';
import { PRESETS } from './presets';
import { trainable } from './trainable';

export type { ModelVariable, TrainableModel } from './model';
export { layersOf } from './layer-names';

const TENSOR_BYTES_MAX = 2 ** 31 - 1;

export interface BuildModelInput {
  readonly spec: ModelSpec;
  readonly shape: readonly [number, number, number];
  readonly classes: number;
  readonly hparams: HParams;
  /** The trial's seed. */
  readonly seed: number;
  /** Local file with the bundle of a module. */
  readonly modelBundle: string | null;
}

/**
 * The model of a trial with its first weights: equal input, equal bits.
 * @throws TrainingFailure of type ModelInvalid.
 */
export async function buildModel(input: BuildModelInput): Promise<TrainableModel> {
  registerFusedGradients();
  const { shape, classes, hparams } = input;
  const context: ModelContext = {
    shape,
    classes,
    hparams,
    seed: (...place) => deriveSeed(input.seed, 'weights', ...place),
  };
  const earlier = new Set(registeredVariables().keys());
  try {
    const network = buildNetwork(input, context);
    freezeLayers(network, frozenPatterns(input.spec, hparams));
    const model = trainable(network, context, 'module' in input.spec ? 'module' : 'configuration');
    refuseLargeTensors(model.variables.map(({ key, variable: { shape } }) => ({ key, shape })));
    return model;
  } catch (error) {
    // Half a model has no owner: its layers may never have met their network.
    for (const [name, variable] of registeredVariables()) if (!earlier.has(name)) variable.dispose();
    throw error;
  }
}

/** @throws TrainingFailure of type ModelInvalid for a tensor that TensorFlow cannot take from JavaScript in one piece. */
export function refuseLargeTensors(
  tensors: readonly { readonly key: string; readonly shape: readonly number[] }[],
): void {
  const bytesOf = (shape: readonly number[]): number => shape.reduce((product, side) => product * side, 4);
  const large = tensors.filter(({ shape }) => bytesOf(shape) > TENSOR_BYTES_MAX);
  if (large.length === 0) return;
  const named = large.map(
    ({ key, shape }) => `${key} [${shape.join(', ')}] has ${(bytesOf(shape) / 2 ** 30).toFixed(1)} GiB`,
  );
  throw modelInvalid(
    `each weight of a model must have less than 2 GiB: ${named.join('; ')}; make its layer narrower, or pool before it`,
  );
}

const registeredVariables = (): ReadonlyMap<string, tf.Variable> =>
  new Map(Object.entries(tf.engine().state.registeredVariables));

function buildNetwork({ spec, modelBundle }: BuildModelInput, context: ModelContext): tf.LayersModel {
  if ('module' in spec) return buildModule(spec.module, modelBundle, context);
  if ('layers' in spec) return buildLayers(spec.layers, context);
  if (!isPreset(spec.preset))
    throw modelInvalid(`model.preset must be one of ${PRESET_NAMES.join(', ')}, got '${spec.preset}'`);
  try {
    return PRESETS[spec.preset](context);
  } catch (cause) {
    if (cause instanceof TrainingFailure) throw cause;
    const size = context.shape.join(' x ');
    throw modelInvalid(
      `preset '${spec.preset}' does not fit images of ${size}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
}

const isPreset = (name: string): name is PresetName => (PRESET_NAMES as readonly string[]).includes(name);
