import type { KnownNames } from '../workflows/spec';

/** Names that registries outside the study language hold, so that a misspelt one is known before anything starts. */
export function knownNames(): KnownNames {
  return {};
}
