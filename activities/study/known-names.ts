import type { KnownNames } from '../../workflows/spec';
import { FORMAT_NAMES } from '../datasets/formats/format';
import { PRESET_NAMES } from '../training/engine';

/** Names that registries outside the study language hold, so that a misspelt one is known before anything starts. */
export const KNOWN_NAMES: KnownNames = { presets: PRESET_NAMES, formats: FORMAT_NAMES };
