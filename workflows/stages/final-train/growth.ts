import { batchSizesOf } from '../../trials/batch-growth';
import { numericHParam } from '../../trials/hparams';
import type { Trial } from '../../words/trial';
import { formatNumber } from '../format';
import { measurementOf } from '../../trials/outcome';

/** The sizes that a training's batches could grow to, its own first; `undefined` where they keep their size. */
export function growthSizes({ spec: { hparams, batchGrowth } }: Trial): readonly number[] | undefined {
  return batchGrowth && batchSizesOf(numericHParam(hparams, 'batchSize'), batchGrowth);
}

/** How batches grew, as the end of a sentence; empty where they keep their size. */
export function growthText(trial: Trial): string {
  const sizes = growthSizes(trial);
  if (sizes === undefined) return '';
  const curve = measurementOf(trial.result?.outcome)?.curve ?? [];
  const reached = curve.filter(
    ({ batchSize }, i) => batchSize !== undefined && batchSize !== (curve[i - 1]?.batchSize ?? sizes[0]),
  );
  if (reached.length === 0) return `; its batches kept the size ${sizes[0]}, though they could grow to ${sizes.at(-1)}`;
  return `; its batches grew from ${sizes[0]} ${reached.map(({ batchSize, epoch }) => `to ${batchSize} by epoch ${formatNumber(epoch)}`).join(', ')}`;
}
