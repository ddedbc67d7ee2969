/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { floor, log, max, min, sqrt } = Math;

/** What of a CMA-ES follows from the number of dimensions and of points in a generation. */
export interface Constants {
  readonly dimensions: number;
  /** Points of a generation. */
  readonly population: number;
  /** By rank, the best first; the worse half has negative ones. */
  readonly weights: readonly number[];
  /** Points whose weight is positive, and how many equally weighted ones they are worth. */
  readonly parents: number;
  readonly effective: number;
  /** Learning rates of the step size, its damping, the path, its outer product, and the outer products of the steps. */
  readonly stepRate: number;
  readonly stepDamping: number;
  readonly pathRate: number;
  readonly rankOne: number;
  readonly rankMany: number;
  /** Mean length of a standard normal vector. */
  readonly meanLength: number;
}

/** Points of the first generations in so many dimensions. */
export function defaultPopulation(dimensions: number): number {
  return 4 + floor(3 * log(dimensions));
}

/**
 * The constants of a CMA-ES with negative weights.
 *
 * Source: N. Hansen, "The CMA Evolution Strategy: A Tutorial", arXiv:1604.00772 (2016), table 1 and equations 49 to 58.
 */
export function constantsOf(dimensions: number, population: number): Constants {
  const raw = Array.from({ length: population }, (_, i) => log((population + 1) / 2) - log(i + 1));
  const parents = floor(population / 2);
  const worth = (weights: readonly number[]): number =>
    weights.reduce((sum, one) => sum + one, 0) ** 2 / weights.reduce((sum, one) => sum + one ** 2, 0);
  const effective = worth(raw.slice(0, parents));
  const stepRate = (effective + 2) / (dimensions + effective + 5);
  const rankOne = 2 / ((dimensions + 1.3) ** 2 + effective);
  const rankMany = min(1 - rankOne, (2 * (0.25 + effective - 2 + 1 / effective)) / ((dimensions + 2) ** 2 + effective));
  const share = min(
    1 + rankOne / rankMany,
    1 + (2 * worth(raw.slice(parents))) / (effective + 2),
    (1 - rankOne - rankMany) / (dimensions * rankMany),
  );
  const [positive, negative] = [raw.filter((one) => one > 0), raw.filter((one) => one < 0)].map((some) =>
    some.reduce((sum, one) => sum + Math.abs(one), 0),
  );
  return {
    dimensions,
    population,
    parents,
    effective,
    stepRate,
    rankOne,
    rankMany,
    weights: raw.map((one) => (one >= 0 ? one / positive! : (share * one) / negative!)),
    stepDamping: 1 + 2 * max(0, sqrt((effective - 1) / (dimensions + 1)) - 1) + stepRate,
    pathRate: (4 + effective / dimensions) / (dimensions + 4 + (2 * effective) / dimensions),
    meanLength: sqrt(dimensions) * (1 - 1 / (4 * dimensions) + 1 / (21 * dimensions ** 2)),
  };
}
