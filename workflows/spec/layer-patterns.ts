/**
 * Layers of a model by name, with `*` for any characters: what a study freezes, and what it loads no weights into.
 *
 * @module
 */
import { z } from 'zod';
import { didYouMean } from './closest';
import { valueAt } from './problem';
import type { Problem } from './problem';

/** More than any network has layers. */
const PATTERNS_MAX = 1000;

const patternSchema = z.string().min(1).max(200);

/** Layers by name or pattern. */
export const patternsSchema = z.array(patternSchema).max(PATTERNS_MAX);

/** Which layers are not trained. */
export const freezeSchema = z
  .array(z.union([patternSchema, z.strictObject({ hparam: z.string() })]))
  .min(1)
  .max(PATTERNS_MAX)
  .describe(
    'Layers that are not trained, by name; * stands for any characters, e.g. stage1-*. A frozen batch normalization answers by its moving statistics and changes none. { hparam: name } reads names from a hyperparameter, with commas between, or false for none.',
  )
  .meta({ examples: [['stem', 'stage1-*']] });

/** Whether a pattern is of this name. */
export function matches(pattern: string, name: string): boolean {
  const source = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${source}$`).test(name);
}

/** Patterns that are of no layer, each with the fix. */
export function unknownPatterns(
  patterns: readonly string[],
  names: readonly string[],
): readonly { readonly pattern: string; readonly fix: string }[] {
  return patterns
    .filter((pattern) => !names.some((name) => matches(pattern, name)))
    .map((pattern) => ({ pattern, fix: didYouMean(pattern, names) ?? 'the model has no layers' }));
}

/** What of a list of layers cannot be meant; of presets and modules, the trainer alone knows the names. */
export function layerPatternProblems(model: Readonly<Record<string, unknown>> | undefined): readonly Problem[] {
  const layers = model?.['layers'];
  if (!Array.isArray(layers)) return [];
  const names = layers.map((entry: unknown, i) =>
    String(valueAt(entry, ['name']) ?? valueAt(entry, ['config', 'name']) ?? `layer-${i}`),
  );
  return PLACES.flatMap((place): readonly Problem[] => {
    const written = valueAt(model, place);
    const patterns = Array.isArray(written) ? written.filter((one): one is string => typeof one === 'string') : [];
    return unknownPatterns(patterns, names).map(({ pattern, fix }) => ({
      path: ['model', ...place, (written as readonly unknown[]).indexOf(pattern)].join('.'),
      rule: 'must be a layer of the model: its name, else layer- and its place in the list',
      value: pattern,
      fix,
    }));
  });
}

const PLACES = [['freeze'], ['initialWeights', 'exclude']] as const;
