/**
 * Functions with a known minimum, as a search would meet them: a space, and the regret at a point of it.
 *
 * Sources: L. C. W. Dixon, G. P. Szegö (eds.), "Towards Global Optimisation" (Branin, Hartmann); D. H. Ackley, "A
 * Connectionist Machine for Genetic Hillclimbing" (1987); E. Zitzler, K. Deb,
 * L. Thiele, "Comparison of Multiobjective Evolutionary Algorithms: Empirical Results", Evol. Comp. 8 (2000) (ZDT1).
 * `branches` is our own.
 *
 * @module
 */
import { hypervolume } from '../../workflows/analysis/pareto';
import type { HParams } from '../../workflows/words/trial';
import { flattenSpace } from '../../workflows/search';
import type { Space } from '../../workflows/search';

export interface TestFunction {
  readonly name: string;
  readonly space: Space;
  /** By how much the value at a point is above the minimum. */
  regret(point: HParams): number;
}

const BRANIN_MINIMUM = 0.397887;
const HARTMANN6_MINIMUM = -3.322368;

const HARTMANN6_WEIGHTS = [1, 1.2, 3, 3.2];
const HARTMANN6_WIDTHS = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
const HARTMANN6_CENTRES = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

/** Names of the coordinates: x1, x2 ... */
const coordinates = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `x${i + 1}`);

/** Three minima that are all the lowest. */
export const branin: TestFunction = {
  name: 'branin',
  space: { x1: { uniform: [-5, 10] }, x2: { uniform: [0, 15] } },
  regret(point) {
    const [x, y] = [Number(point['x1']), Number(point['x2'])];
    const valley = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6;
    return valley ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10 - BRANIN_MINIMUM;
  },
};

/** Six dimensions, and a second minimum with a regret of 0.12 that many searches end in. */
export const hartmann6: TestFunction = {
  name: 'hartmann6',
  space: Object.fromEntries(coordinates(6).map((name) => [name, { uniform: [0, 1] }])),
  regret(point) {
    const x = coordinates(6).map((name) => Number(point[name]));
    const value = HARTMANN6_WEIGHTS.reduce((sum, weight, i) => {
      const distance = x.reduce(
        (total, coordinate, j) => total + HARTMANN6_WIDTHS[i]![j]! * (coordinate - HARTMANN6_CENTRES[i]![j]!) ** 2,
        0,
      );
      return sum - weight * Math.exp(-distance);
    }, 0);
    return value - HARTMANN6_MINIMUM;
  },
};

/** Five dimensions of ripples in a wide funnel. */
export const ackley5: TestFunction = {
  name: 'ackley5',
  space: Object.fromEntries(coordinates(5).map((name) => [name, { uniform: [-32.768, 32.768] }])),
  regret(point) {
    const x = coordinates(5).map((name) => Number(point[name]));
    const square = x.reduce((sum, one) => sum + one ** 2, 0) / x.length;
    const wave = x.reduce((sum, one) => sum + Math.cos(2 * Math.PI * one), 0) / x.length;
    return 20 + Math.E - 20 * Math.exp(-0.2 * Math.sqrt(square)) - Math.exp(wave);
  },
};

/** Branin gets so much flatter that most of it is still worse than the bowl, and its valleys are not. */
const FLATTENED = 30;

/**
 * Branin under the one choice of three that can have a regret of 0; a bowl that is easy and a little worse, and a line
 * that is worse still. Each has coordinates of its own.
 */
export const branches: TestFunction = {
  name: 'branches',
  space: flattenSpace({
    kind: {
      branches: {
        bowl: { a: { uniform: [-1, 1] }, b: { uniform: [-1, 1] } },
        branin: branin.space,
        line: { c: { uniform: [0, 1] } },
      },
    },
  }),
  regret(point) {
    if (point['kind'] === 'branin') return branin.regret(point) / FLATTENED;
    return point['kind'] === 'bowl' ? 1 + Number(point['a']) ** 2 + Number(point['b']) ** 2 : 5 + Number(point['c']);
  },
};

/** Two costs at a point, and how much of the best front's volume is missed by points with such costs. */
export interface FrontFunction {
  readonly name: string;
  readonly space: Space;
  costs(point: HParams): readonly [number, number];
  missed(found: readonly (readonly [number, number])[]): number;
}

/** Worse than every point in both, so that all points of a front have a volume. */
const ZDT1_CORNER = [1.1, 11] as const;
/** Of the front 1 - sqrt(x) up to that corner. */
const ZDT1_VOLUME = ZDT1_CORNER[0] * ZDT1_CORNER[1] - 1 / 3;

/** Five dimensions, of which one leads along the front and the others away from it. */
export const zdt1: FrontFunction = {
  name: 'zdt1',
  space: Object.fromEntries(coordinates(5).map((name) => [name, { uniform: [0, 1] }])),
  costs(point) {
    const [first, ...others] = coordinates(5).map((name) => Number(point[name]));
    const away = 1 + (9 * others.reduce((sum, one) => sum + one, 0)) / others.length;
    return [first!, away * (1 - Math.sqrt(first! / away))];
  },
  missed: (found) =>
    1 -
    hypervolume(
      found.map((costs) => ({ costs })),
      ZDT1_CORNER,
    ) /
      ZDT1_VOLUME,
};
