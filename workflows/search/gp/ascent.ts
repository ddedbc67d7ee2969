import type { HParams } from '../../words/trial';
import { uniform } from '../random';
import { cellsOf, pointAt, requirementsOf, unitsOf } from '../space';
import type { Cells, Space } from '../space';

/** Looked up once: in a workflow's sandbox each use of a global is a slow call. */
const { max, min } = Math;

/** Points drawn from the whole cube, and around the best known ones. */
const DRAWS = 256;
const DRAWS_NEAR = 64;
const NEAR = 0.1;

/** Points that are improved step by step; steps begin so wide and end so narrow. */
const CLIMBERS = 3;
const STEP = 0.1;
const STEP_MIN = 2e-4;

/** Points looked at, at most: a suggestion must take a workflow well below a second. */
const LOOKS_MAX = 1200;

interface Place {
  readonly units: readonly number[];
  readonly point: HParams;
  readonly worth: number;
}

/**
 * Points where something is likely to be highest, the best first: draws, of which the best climb, coordinate by
 * coordinate, with shrinking steps. Discrete dimensions go from cell to cell.
 *
 * @param starts Known good points, to draw around.
 */
export function ascended(
  space: Space,
  worth: (point: HParams) => number,
  starts: readonly HParams[],
  stream: number,
): readonly HParams[] {
  let looks = 0;
  const requirements = requirementsOf(space);
  const look = (units: readonly number[]): Place => {
    looks += 1;
    const point = pointAt(space, units, requirements);
    return { units, point, worth: worth(point) };
  };
  const cells = Object.values(space).map(cellsOf);
  const places = drawn(space, cells.length, starts, stream)
    .map(look)
    .sort((a, b) => b.worth - a.worth);
  const climbed = places.slice(0, CLIMBERS).map((place) => climb(place, cells, look, () => looks < LOOKS_MAX));
  return [...climbed, ...places].sort((a, b) => b.worth - a.worth).map(({ point }) => point);
}

function drawn(
  space: Space,
  dimensions: number,
  starts: readonly HParams[],
  stream: number,
): readonly (readonly number[])[] {
  let draws = 0;
  const anywhere = (): readonly number[] => Array.from({ length: dimensions }, () => uniform(stream, draws++));
  const near = starts.map((start) => unitsOf(space, start));
  const around = Array.from({ length: near.length === 0 ? 0 : DRAWS_NEAR }, (_, i) => {
    const centre = near[i % near.length]!;
    return anywhere().map((unit, k) =>
      centre[k] === undefined ? unit : min(1, max(0, centre[k] + NEAR * (2 * unit - 1))),
    );
  });
  return [
    ...Array.from({ length: DRAWS }, anywhere),
    ...around,
    ...near.map((units) => units.map((unit) => unit ?? 0.5)),
  ];
}

function climb(
  start: Place,
  cells: readonly (Cells | undefined)[],
  look: (units: readonly number[]) => Place,
  mayLook: () => boolean,
): Place {
  let place = start;
  for (let step = STEP; step >= STEP_MIN && mayLook();) {
    let moved = false;
    for (let dimension = 0; dimension < cells.length && mayLook(); dimension++) {
      for (const unit of neighbours(place.units[dimension]!, cells[dimension], step)) {
        const next = look(place.units.map((own, i) => (i === dimension ? unit : own)));
        if (next.worth > place.worth) [place, moved] = [next, true];
      }
    }
    if (!moved) step /= 2;
  }
  return place;
}

/** One step either way; from cell to cell at least. */
function neighbours(unit: number, cells: Cells | undefined, step: number): readonly number[] {
  if (cells === undefined) return [max(0, unit - step), min(1, unit + step)];
  if (cells.count < 2) return [];
  const cell = cells.at(unit);
  const far = [cells.at(max(0, unit - step)), cells.at(min(1, unit + step))];
  const others = [min(cell - 1, far[0]!), max(cell + 1, far[1]!)].filter((other) => other >= 0 && other < cells.count);
  return others.map((other) => (cells.edge(other) + cells.edge(other + 1)) / 2);
}
