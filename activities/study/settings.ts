/**
 * Single values of a study set by their paths, e.g. `training.epochs` or `stages.finalTrain.replicates`.
 *
 * @module
 */
import type { Problem } from '../../workflows/spec';

export interface Setting {
  readonly path: string;
  readonly value: unknown;
}

/** A path into a prototype is none into a study. */
const FORBIDDEN: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/**
 * The study with all settings made, in their order, and what is wrong with the paths of those that could not be.
 * Changes nothing in place.
 */
export function withSettings(
  study: object,
  settings: readonly Setting[],
): { readonly value: object; readonly problems: readonly Problem[] } {
  const value = structuredClone(study) as Record<string, unknown>;
  const problems = settings.flatMap((setting) => set(value, setting) ?? []);
  return { value, problems };
}

function set(study: Record<string, unknown>, { path, value }: Setting): Problem | undefined {
  const keys = path.split('.');
  const wrong = keys.find((key) => key === '' || FORBIDDEN.includes(key));
  if (wrong !== undefined)
    return { path, rule: 'must be names with dots between them, e.g. training.epochs', value: undefined };
  let place: unknown = study;
  for (const [i, key] of keys.entries()) {
    const at = indexOrKey(place, key);
    if (typeof place !== 'object' || place === null)
      return { path, rule: `must lead through mappings, but ${keys.slice(0, i).join('.')} is none`, value: place };
    if (at === undefined)
      return {
        path,
        rule: `must name an entry of ${keys.slice(0, i).join('.')} by its number from 0${i === 1 ? ' or its stage' : ''}`,
        value: key,
      };
    const entries = place as Record<string, unknown>;
    if (i === keys.length - 1) entries[at] = value;
    else entries[at] ??= {};
    place = entries[at];
  }
  return undefined;
}

/** Entries of a list go by their number, stages by their name or id too; of equal ones the first. */
function indexOrKey(place: unknown, key: string): string | undefined {
  if (!Array.isArray(place)) return key;
  if (/^\d+$/.test(key)) return Number(key) < place.length ? key : undefined;
  const found = place.findIndex(
    (entry: unknown) =>
      typeof entry === 'object' &&
      entry !== null &&
      'stage' in entry &&
      (entry.stage === key || kebab(String(entry.stage)) === key),
  );
  return found === -1 ? undefined : String(found);
}

function kebab(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
