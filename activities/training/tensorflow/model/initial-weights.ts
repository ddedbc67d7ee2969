import { matches, unknownPatterns } from '../../../../workflows/spec/layer-patterns';
import type { InitialWeights } from '../../../../workflows/words/study';
import { modelInvalid } from '../../failures';
import { openSafetensors, type HostTensor, type SafetensorsFile } from '../../safetensors';
import type { HeaderEntry } from '../../safetensors-header';
import { isReadable, READABLE_TYPES } from '../../safetensors-types';
import { isLikePyTorch, tensorsByWeight, weightName } from '../../weight-names';
import { tf } from '../native';
import { namedLayers } from './layer-names';
import type { ModelVariable, TrainableModel } from './model';

/** Problems told of one file before they are cut: a result goes through a history. */
const PROBLEMS_SHOWN_MAX = 100;

type Loading = Pick<InitialWeights, 'exclude' | 'allowMissing'>;

const NOTHING_EXCLUDED: Loading = { exclude: [], allowMissing: false };

/**
 * Puts weights of a file into a model, layer by layer by their names.
 *
 * @throws TrainingFailure of type ModelInvalid with everything that does not fit.
 */
export function loadWeights(model: TrainableModel, path: string, how: Loading = NOTHING_EXCLUDED): void {
  const file = opened(path);
  try {
    const found = fitting(model, file, how);
    tf.tidy(() => {
      for (const [{ variable }, { shape, values }] of found) variable.assign(tf.tensor(values, [...shape]));
    });
  } finally {
    file.close();
  }
}

function opened(path: string): SafetensorsFile {
  try {
    return openSafetensors(path);
  } catch (cause) {
    throw modelInvalid(`model.initialWeights cannot be read: ${(cause as Error).message}`, { cause });
  }
}

/** Variables with what they start from. */
function fitting(
  { network, variables }: TrainableModel,
  file: SafetensorsFile,
  { exclude, allowMissing }: Loading,
): readonly (readonly [ModelVariable, HostTensor])[] {
  const layers = namedLayers(network).map(({ name }) => name);
  const tensors = tensorsByWeight(file.header);
  const problems = unknownPatterns(exclude, layers).map(
    ({ pattern, fix }) => `exclude: '${pattern}' is no layer of the model, ${fix}`,
  );
  const found = variables.flatMap((item): (readonly [ModelVariable, HostTensor])[] => {
    const weight = weightName(item.key, layers);
    if (exclude.some((pattern) => matches(pattern, layerOf(weight)))) return [];
    const tensor = tensors.get(weight);
    if (tensor === undefined) {
      if (!allowMissing) problems.push(`${weight} is not there`);
      return [];
    }
    const { shape, dtype } = file.header.tensors.get(tensor) as HeaderEntry;
    if (shape.join() !== item.variable.shape.join()) {
      problems.push(`${weight} must be [${item.variable.shape.join(', ')}], is [${shape.join(', ')}]`);
      return [];
    }
    if (!isReadable(dtype)) {
      problems.push(`${weight} must have numbers of ${READABLE_TYPES.join(', ')}, has ${dtype}`);
      return [];
    }
    return [[item, file.read(tensor)]];
  });
  if (problems.length === 0 && found.length === 0) problems.push('none of its tensors is of a layer of the model');
  if (problems.length > 0) throw modelInvalid(`model.initialWeights do not fit: ${told(problems, tensors.values())}`);
  return found;
}

const layerOf = (weight: string): string => weight.slice(0, weight.lastIndexOf('/'));

function told(problems: readonly string[], names: Iterable<string>): string {
  const more = problems.length - PROBLEMS_SHOWN_MAX;
  const shown = problems.slice(0, PROBLEMS_SHOWN_MAX).join('; ');
  const pyTorch = isLikePyTorch(names)
    ? "; its names are PyTorch's, which lays kernels out in another way: convert it, for layouts are not guessed"
    : '';
  return `${shown}${more > 0 ? `; and ${more} more` : ''}${pyTorch}; name layers that should start anew in exclude`;
}
