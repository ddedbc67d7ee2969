/**
 * What is wrong with a study, as data: every problem with its path, its rule, the value found and the fix where one is
 * known.
 *
 * @module
 */

export interface Problem {
  /** Where, e.g. `stages.2.space.dropoutRate.uniform`; empty for the study as a whole. */
  readonly path: string;
  /** What must hold, e.g. `must be at least 1`. */
  readonly rule: string;
  /** What is there; `undefined` where something is missing. */
  readonly value: unknown;
  readonly fix?: string;
}

export type Path = readonly PropertyKey[];

/** Longest rendering of a value in a message. */
const VALUE_LENGTH_MAX = 60;

/** A path in the form that messages use. */
export function dotted(path: Path): string {
  return path.map(String).join('.');
}

/** A value for people: JSON, cut to a line. */
function shown(value: unknown): string {
  const text =
    typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function'
      ? String(value)
      : safeJson(value);
  return text.length > VALUE_LENGTH_MAX ? `${text.slice(0, VALUE_LENGTH_MAX - 1)}…` : text;
}

/** JSON has no NaN, no infinities and no cycles, but what people hand in may. */
function safeJson(value: unknown): string {
  const marked = (_: string, entry: unknown): unknown =>
    typeof entry === 'number' && !Number.isFinite(entry) ? `\0${entry}\0` : entry;
  try {
    const text = JSON.stringify(value, marked) as string | undefined;
    return text?.replaceAll(/"\\u0000(-?\w+)\\u0000"/g, '$1') ?? String(value);
  } catch {
    return 'a value that is not plain data';
  }
}

/** One problem as one line, e.g. `training.epochs: must be at least 1, got 0`. */
export function formatProblem({ path, rule, value, fix }: Problem): string {
  const got = value === undefined ? '' : `, got ${shown(value)}`;
  return `${path === '' ? 'study' : path}: ${rule}${got}${fix === undefined ? '' : `; ${fix}`}`;
}

/** All problems, a line each, in the order of the study. */
export function formatProblems(problems: readonly Problem[]): string {
  return problems.map(formatProblem).join('\n');
}

/** The value at a path, or `undefined` where the path leads nowhere. */
export function valueAt(root: unknown, path: Path): unknown {
  let value: unknown = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[key];
  }
  return value;
}
