/**
 * Which tensor of a safetensors file is which weight of which layer.
 *
 * @module
 */
import type { SafetensorsHeader } from './safetensors-header';

/** Of files that a trial leaves: tensors by the place of their layer, and in the metadata the names of the layers. */
export const WEIGHTS_FORMAT = 'stepwell-weights/1';

/** Name of a weight whose key is `layers.<position>.<weight>`, e.g. `conv1/kernel`. @param layers Names in order. */
export function weightName(key: string, layers: readonly string[]): string {
  const [, position = '', weight = key] = /^layers\.(\d+)\.(.+)$/.exec(key) ?? [];
  return `${layers[Number(position)] ?? ''}/${weight}`;
}

/** Names of a file's tensors by the weights that they are. Of other makers they are `conv1/kernel`, `conv1.kernel`, and with `:0`. */
export function tensorsByWeight({ tensors, metadata }: SafetensorsHeader): ReadonlyMap<string, string> {
  const layers = metadata['format'] === WEIGHTS_FORMAT ? layersIn(metadata['layers'] ?? '') : null;
  return new Map(
    [...tensors.keys()].map((name) => [
      layers === null ? name.replace(/:0$/, '').replace(/\.([^./]+)$/, '/$1') : weightName(name, layers),
      name,
    ]),
  );
}

/** `null` of a text that says nothing of layers. */
function layersIn(json: string): readonly string[] | null {
  try {
    const layers: unknown = JSON.parse(json);
    return Array.isArray(layers) ? layers.map(String) : null;
  } catch {
    return null;
  }
}

/** Whether names are those that PyTorch gives, which lays kernels out in another way. */
export const isLikePyTorch = (names: Iterable<string>): boolean =>
  [...names].some((name) => /\.(weight|running_mean|running_var|num_batches_tracked)$/.test(name));
