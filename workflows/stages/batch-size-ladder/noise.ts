import { fastestBatchSize, fitNoiseScale, type NoiseScale } from '../../analysis/noise-scale';
import { deriveSeed } from '../../search/random';
import { formatNumber } from '../format';
import type { Table } from '../stage';
import { measurementOf } from '../../trials/outcome';
import { standingTrials } from './rates';
import type { LadderContext } from './phases';
import type { LadderView } from './view';

/**
 * Measurements in one training of the reference: with two seeds the interval is about a factor of 1.5 wide either way.
 */
const MEASUREMENTS = 48;

/** An interval that spans more says little: half or twice the best size costs a tenth, four times costs a half. */
const INTERVAL_SPAN_MAX = 9;

/** Steps between two measurements in a training of so many. */
export function noiseScaleEvery(steps: number): number {
  return Math.max(1, Math.floor(steps / MEASUREMENTS));
}

/** The noise scale that the reference trainings measured, over all of them; `null` without enough of it. */
export function measuredNoise(context: LadderContext): NoiseScale | null {
  const measured = standingTrials(context, 'reference').flatMap(
    ({ result }) => measurementOf(result?.outcome)?.noiseScale ?? [],
  );
  const first = measured[0];
  if (first === undefined) return null;
  const joined = (part: 'small' | 'large'): NonNullable<typeof first>['small'] => ({
    batchSize: first[part].batchSize,
    squaredNorms: measured.flatMap((norms) => norms[part].squaredNorms),
  });
  // No steps are more recent than others: the trainings ran side by side.
  return fitNoiseScale({ small: joined('small'), large: joined('large') }, deriveSeed(context.seed, 'noise'), 1);
}

/** Whether the interval is narrow enough to propose a size by. */
export function isUsable(noise: NoiseScale | null): noise is NoiseScale {
  return noise !== null && noise.interval[1] < Infinity && noise.interval[1] <= INTERVAL_SPAN_MAX * noise.interval[0];
}

/**
 * The size that the measured step times and the noise scale speak for: sqrt(B_knee B_noise); `undefined` where the
 * interval is too wide.
 */
export function proposedByNoise({ noise, cost }: LadderView): number | undefined {
  return isUsable(noise) && Number.isFinite(cost.knee)
    ? fastestBatchSize(Math.max(cost.knee, 1), Math.max(noise.batchSize, 1))
    : undefined;
}

/** The noise scale with its interval, and what follows from it. */
export function noiseTables(view: LadderView): readonly Table[] {
  const { noise, cost } = view;
  if (noise === null) return [];
  const proposal = proposedByNoise(view);
  return [
    {
      title: 'Gradient noise scale',
      columns: ['examples', 'from', 'to (95 %)', 'measurements', 'knee of the step time', 'proposed batch size'],
      rows: [
        [
          noise.batchSize,
          ...noise.interval,
          noise.pairs,
          cost.knee,
          proposal === undefined ? 'none: the interval is too wide' : formatNumber(proposal),
        ].map(finite),
      ],
    },
  ];
}

/** Infinity has no place in JSON. */
const finite = (value: string | number): string | number =>
  typeof value === 'number' && !Number.isFinite(value) ? 'no limit' : value;
