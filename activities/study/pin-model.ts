/**
 * From a model as a study names it to one that is pinned by its content: a module by the bundle that is in the store.
 *
 * @module
 */
import type { ObjectRef } from '../../workflows/words/outcome';
import type { ModelSpec } from '../../workflows/words/study';
import { formatProblems } from '../../workflows/spec';
import { sha256Of } from '../content-hash';
import type { ObjectStore } from '../storage/object-store';
import { bundleModel } from './model-bundle';
import { StudyInvalid } from './study-keys';

export interface PinModelDependencies {
  readonly store: ObjectStore;
  /** Folder of the operator's that `model.module` may be bundled from; `null`: none. */
  readonly modelFolder: string | null;
}

/**
 * The model with its bundle in the store. Presets and layers come back as they are.
 *
 * @param known As an earlier study pinned it, which counts as long as the store has it.
 * @throws StudyInvalid with every problem of the module, by file and line.
 */
export async function pinModel(
  { store, modelFolder }: PinModelDependencies,
  model: ModelSpec,
  known: ModelSpec | undefined,
): Promise<ModelSpec> {
  if (!('module' in model)) return model;
  if (known !== undefined && 'module' in known && known.bundle !== undefined && (await isModelStored(store, known)))
    return { ...model, bundle: known.bundle };
  const bundled = await bundleModel(model.module, modelFolder);
  if ('problems' in bundled) throw new StudyInvalid(`model cannot be bundled\n${formatProblems(bundled.problems)}`);
  const { bytes } = bundled;
  // Written even where it is: that heals a damaged one, and makes it young to a garbage collection.
  const sha256 = sha256Of(bytes);
  return { ...model, bundle: await store.putFile(bundleKey(sha256), bytes, { sha256 }) };
}

/** Whether the store has all that a trainer needs of the model. */
export async function isModelStored(store: ObjectStore, model: ModelSpec): Promise<boolean> {
  const found = await Promise.all(pinnedOf(model).map(({ key }) => store.head(key)));
  return found.every((object) => object !== undefined);
}

/** What a model has in the store: a module's bundle, and the weights that it starts from. */
export function pinnedOf(model: ModelSpec): readonly ObjectRef[] {
  const bundle = 'module' in model ? model.bundle : undefined;
  return [bundle, model.initialWeights?.weights].filter((ref) => ref !== undefined);
}

const bundleKey = (sha256: string): string => `models/${sha256}/bundle.cjs`;
