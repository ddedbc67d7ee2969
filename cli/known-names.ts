import { FORMAT_NAMES } from '../activities/datasets/format-names';
import { PRESET_NAMES } from '../activities/training/engine';
import type { KnownNames } from '../workflows/spec';

/** Names that registries outside the study language hold, so that a misspelt one is known before anything starts. */
export function knownNames(): KnownNames {
  return { presets: PRESET_NAMES, formats: FORMAT_NAMES };
}
