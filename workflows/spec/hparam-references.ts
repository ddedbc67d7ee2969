import { dotted } from './problem';
import type { Path, Problem } from './problem';

export interface HparamReferences {
  /** Every `{ hparam: name }` of the model with its place. */
  readonly names: readonly { readonly name: string; readonly path: Path }[];
  /** The model may read names that cannot be seen from here: a module of the worker's own. */
  readonly open: boolean;
  readonly problems: readonly Problem[];
}

/** The hyperparameters that a model, as it was written, reads. */
export function hparamReferences(model: Readonly<Record<string, unknown>> | undefined): HparamReferences {
  const names: { name: string; path: Path }[] = [];
  const problems: Problem[] = [];
  walk(model?.['layers'], ['model', 'layers'], names, problems);
  walk(model?.['freeze'], ['model', 'freeze'], names, problems);
  return { names, open: model === undefined || 'module' in model, problems };
}

function walk(value: unknown, path: Path, names: { name: string; path: Path }[], problems: Problem[]): void {
  if (Array.isArray(value)) {
    value.forEach((entry, i) => walk(entry, [...path, i], names, problems));
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (!Object.hasOwn(value, 'hparam')) {
    for (const [key, entry] of Object.entries(value)) walk(entry, [...path, key], names, problems);
    return;
  }
  const { hparam } = value as { readonly hparam: unknown };
  const wellFormed =
    typeof hparam === 'string' && /^[A-Za-z][A-Za-z0-9_]*$/.test(hparam) && Object.keys(value).length === 1;
  if (wellFormed) names.push({ name: hparam, path });
  else problems.push({ path: dotted(path), rule: 'must be { hparam: name } and nothing else', value });
}
