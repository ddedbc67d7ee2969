/** What one hyperparameter may be, as plain data. */
export type Scalar = number | string | boolean;

/**
 * The values of other hyperparameters under which a dimension exists, e.g. `{ regularizer: 'dropout' }` or `{ units:
 * [64, 128] }`: all of these hyperparameters must exist themselves and have one of their values.
 */
type When = Readonly<Record<string, Scalar | readonly Scalar[]>>;

type Bounds = readonly [number, number];

/** The values that one hyperparameter may take. With a `step` they are the lowest plus multiples of it. */
export type Dimension = {
  readonly when?: When | undefined;
  /** The hyperparameter that it is for, where several dimensions of a space are, no two of which exist together. */
  readonly of?: string | undefined;
} & (
  | { readonly uniform: Bounds; readonly step?: number | undefined }
  /** Relative ones are shares by which weights shrink; a search takes values only. */
  | { readonly logUniform: Bounds; readonly step?: number | undefined; readonly isRelative?: true | undefined }
  | { readonly integer: Bounds; readonly step?: number | undefined; readonly log?: boolean | undefined }
  /** Without an order: no two values are nearer to each other than others. */
  | { readonly choice: readonly Scalar[] }
  /**
   * In this order: neighbours are near. Relative ones are factors on a value that is not known yet; a search takes
   * values only.
   */
  | { readonly ordinal: readonly Scalar[]; readonly isRelative?: true | undefined }
  | { readonly constant: Scalar }
);

/** Dimensions by hyperparameter; the order of the keys is the order of the unit cube's coordinates. */
export type Space = Readonly<Record<string, Dimension>>;

/** The hyperparameter that a dimension of a space is for: its key, unless it says otherwise. */
export function hparamOf(space: Space, key: string): string {
  return space[key]?.of ?? key;
}

/** The hyperparameters of a space, each once. */
export function hparamsIn(space: Space): readonly string[] {
  return [...new Set(Object.keys(space).map((key) => hparamOf(space, key)))];
}

/** The dimensions that are for a hyperparameter. */
export function dimensionsFor(space: Space, hparam: string): readonly Dimension[] {
  return Object.keys(space)
    .filter((key) => hparamOf(space, key) === hparam)
    .map((key) => space[key]!);
}

/** Number of different values of a dimension; Infinity where it is continuous. */
export function cardinality(dimension: Dimension): number {
  const list = listOf(dimension);
  if (list !== undefined) return list.length;
  if (!isRange(dimension)) return 1;
  const step = stepOf(dimension);
  return step === undefined ? Infinity : stepsIn(boundsOf(dimension), step) + 1;
}

/** The values of a dimension that lists them. */
export function listOf(dimension: Dimension): readonly Scalar[] | undefined {
  return 'choice' in dimension ? dimension.choice : 'ordinal' in dimension ? dimension.ordinal : undefined;
}

/** Whether a dimension has factors or shares, not values. */
export function isRelative(dimension: Dimension): boolean {
  return 'isRelative' in dimension && dimension.isRelative === true;
}

export type Range = Extract<
  Dimension,
  { readonly uniform: Bounds } | { readonly logUniform: Bounds } | { readonly integer: Bounds }
>;

/** Whether a dimension is a range of numbers. */
export function isRange(dimension: Dimension): dimension is Range {
  return 'uniform' in dimension || 'logUniform' in dimension || 'integer' in dimension;
}

/** Lowest and highest value of a range. */
export function boundsOf(dimension: Range): Bounds {
  return 'uniform' in dimension
    ? dimension.uniform
    : 'logUniform' in dimension
      ? dimension.logUniform
      : dimension.integer;
}

/** What lies between neighbouring values of a range; `undefined` where it is continuous. */
export function stepOf(dimension: Range): number | undefined {
  return 'integer' in dimension ? (dimension.step ?? 1) : dimension.step;
}

/** Whether equal ratios are equal distances. */
export function isLogarithmic(dimension: Dimension): boolean {
  return 'logUniform' in dimension || ('integer' in dimension && dimension.log === true);
}

/** Whether values have neighbours: a range, or a list in order. */
export function hasOrder(dimension: Dimension): boolean {
  return isRange(dimension) || 'ordinal' in dimension;
}

/** Whole steps that fit between two bounds; a tiny excess makes up for sums like 0.1 + 0.2. */
function stepsIn([low, high]: Bounds, step: number): number {
  return Math.floor((high - low) / step + 1e-9);
}
