import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { modelInvalid, moduleUnavailable } from '../../failures';
import { tf } from '../native';
import type { ModelContext } from './model';

/**
 * What a model module exports by default; `tf` comes with the context so that the module needs no dependency of its
 * own.
 */
type ModelModule = (context: ModelContext & { readonly tf: typeof tf }) => tf.LayersModel;

/**
 * The network of a module below the folder that the worker's operator named.
 *
 * Built twice and compared: weights that differ are seeded by nothing, so no retry could repeat them.
 *
 * @throws TrainingFailure if there is no such folder or module, it lies outside, or it does not return a seeded model.
 */
export async function buildModule(
  path: string,
  modelFolder: string | null,
  context: ModelContext,
): Promise<tf.LayersModel> {
  const build = await loadModule(locate(path, modelFolder), path);
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

function locate(path: string, modelFolder: string | null): string {
  if (modelFolder === null) {
    throw moduleUnavailable(
      `model.module '${path}' cannot be used: this worker allows no model modules (set STEPWELL_MODEL_FOLDER on it)`,
    );
  }
  let found: string;
  let folder: string;
  try {
    folder = realpathSync(modelFolder);
    found = realpathSync(resolve(folder, path));
  } catch (cause) {
    throw moduleUnavailable(`model.module '${path}' does not exist in the worker's model folder`, { cause });
  }
  const inside = relative(folder, found);
  if (inside.startsWith('..') || isAbsolute(inside))
    throw moduleUnavailable(`model.module must lie inside the worker's model folder, got '${path}'`);
  return found;
}

async function loadModule(file: string, path: string): Promise<ModelModule> {
  let loaded: unknown;
  try {
    loaded = await import(pathToFileURL(file).href);
  } catch (cause) {
    throw moduleUnavailable(
      `model.module '${path}' cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  // A CommonJS module's own `default` is wrapped once more by the import.
  for (let depth = 0; depth < 2 && typeof loaded === 'object' && loaded !== null; depth++)
    loaded = (loaded as { default?: unknown }).default;
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
