import { createRequire } from 'node:module';
import { HANDED_IN_TENSORFLOW } from '../../../trial/protocol';
import { modelInvalid, moduleUnavailable } from '../../failures';
import { tf } from '../native';
import type { ModelContext } from './model';

/**
 * What a model module exports by default; `tf` comes with the context so that the module needs no dependency of its
 * own.
 */
type ModelModule = (context: ModelContext & { readonly tf: typeof tf }) => tf.LayersModel;

/**
 * The network of a study's model module, by its bundle alone: whatever the module's own file has become since.
 *
 * Built twice and compared: weights that differ are seeded by nothing, so no retry could repeat them.
 *
 * @param path Of the module, for people.
 * @param bundle File that is named by the hash of its content, for Node keeps what it has once loaded from a name.
 * @throws TrainingFailure if it cannot be loaded or does not return a seeded model.
 */
export function buildModule(path: string, bundle: string | null, context: ModelContext): tf.LayersModel {
  if (bundle === null) throw new Error(`model.module '${path}' came without its bundle`);
  const build = loadModule(bundle, path);
  const [network, again] = [callModule(build, path, context), callModule(build, path, context)];
  try {
    network.weights.forEach((weight, i) => {
      const other = again.weights[i];
      if (other !== undefined && sameBits(weight.read(), other.read())) return;
      throw modelInvalid(
        `model module '${path}' starts '${weight.originalName}' from unseeded numbers; give its initializer context.seed('name')`,
      );
    });
  } finally {
    again.dispose();
  }
  return network;
}

function loadModule(file: string, path: string): ModelModule {
  let loaded: unknown;
  Object.assign(globalThis, { [Symbol.for(HANDED_IN_TENSORFLOW)]: tf });
  try {
    loaded = createRequire(file)(file);
  } catch (cause) {
    throw moduleUnavailable(
      `model.module '${path}' cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  // What was an ES module has its function as `default`; what was CommonJS is the function.
  if (typeof loaded === 'object' && loaded !== null) loaded = (loaded as { default?: unknown }).default;
  if (typeof loaded !== 'function')
    throw moduleUnavailable(`model.module '${path}' must export a function (context) => tf.LayersModel by default`);
  return loaded as ModelModule;
}

function callModule(build: ModelModule, path: string, context: ModelContext): tf.LayersModel {
  let network: unknown;
  try {
    network = build({ ...context, tf });
  } catch (cause) {
    throw modelInvalid(`model.module '${path}' failed: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
  if (!(network instanceof tf.LayersModel)) throw modelInvalid(`model.module '${path}' must return a tf.LayersModel`);
  return network;
}

function sameBits(a: tf.Tensor, b: tf.Tensor): boolean {
  const [x, y] = [a.dataSync(), b.dataSync()];
  return x.length === y.length && x.every((value, i) => Object.is(value, y[i]));
}
