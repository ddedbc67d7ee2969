/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { abs, max, min, sqrt } = Math;

/** A function with its gradient. */
export type Objective = (at: Float64Array) => { readonly value: number; readonly gradient: Float64Array };

/** Pairs of steps and changes of the gradient that are remembered. */
const MEMORY = 6;

/**
 * Share of what the slope promises that a step must keep, halvings until it does, and the longest step in any
 * coordinate.
 */
const SUFFICIENT = 1e-4;
const HALVINGS = 8;
const STEP_MAX = 1;

/** A gradient that is shorter everywhere ends the descent. */
const FLAT = 1e-3;

interface Pair {
  readonly step: Float64Array;
  readonly change: Float64Array;
  readonly product: number;
}

/**
 * A point near a local minimum: limited-memory BFGS with halved steps, each at most 1 in every coordinate. Values that
 * are no numbers count as too high.
 *
 * Source: J. Nocedal, S. J. Wright, "Numerical Optimization", Springer 2006, algorithm 7.4.
 */
export function minimize(
  objective: Objective,
  start: Float64Array,
  iterations: number,
): { readonly at: Float64Array; readonly value: number } {
  let at = start;
  let { value, gradient } = objective(at);
  const pairs: Pair[] = [];
  for (let i = 0; i < iterations && gradient.some((one) => abs(one) > FLAT); i++) {
    const direction = directionOf(gradient, pairs);
    const slope = dot(direction, gradient);
    let length = STEP_MAX / max(STEP_MAX, ...direction.map(abs));
    let next: ReturnType<Objective> | undefined;
    let there = at;
    for (let halving = 0; halving < HALVINGS && next === undefined; halving++, length /= 2) {
      there = at.map((one, k) => one + length * direction[k]!);
      const tried = objective(there);
      if (tried.value <= value + SUFFICIENT * length * slope) next = tried;
    }
    if (next === undefined) break;
    const [step, change] = [there.map((one, k) => one - at[k]!), next.gradient.map((one, k) => one - gradient[k]!)];
    const product = dot(step, change);
    if (product > 1e-10 * sqrt(dot(step, step) * dot(change, change))) pairs.push({ step, change, product });
    pairs.splice(0, pairs.length - min(pairs.length, MEMORY));
    ({ value, gradient } = next);
    at = there;
  }
  return { at, value };
}

/** The two-loop recursion; without pairs, downhill. */
function directionOf(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((one) => -one);
  const shares = [...pairs]
    .reverse()
    .map(({ step, change, product }) => {
      const share = dot(step, direction) / product;
      direction.forEach((_, k) => (direction[k]! -= share * change[k]!));
      return share;
    })
    .reverse();
  const last = pairs.at(-1);
  const scale = last === undefined ? 1 : last.product / dot(last.change, last.change);
  direction.forEach((_, k) => (direction[k]! *= scale));
  pairs.forEach(({ step, change, product }, i) => {
    const share = shares[i]! - dot(change, direction) / product;
    direction.forEach((_, k) => (direction[k]! += share * step[k]!));
  });
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
