import { asha } from './halving';
import { hyperband } from './hyperband';
import { patience } from './patience';
import { median, percentile } from './percentile';
import type { Pruner } from './pruner';
import { wilcoxon } from './wilcoxon';

export type { CurvePoint, CurveRead, PrunableTrial, Pruner, PrunerContext, Verdict } from './pruner';

/** Every pruner by its name in a study. A new one is a file here, one line below and one in `spec/pruner`. */
export const PRUNERS: Readonly<Record<string, Pruner>> = {
  none: { rungs: () => [], reads: () => [], judge: () => new Map() },
  median,
  percentile,
  patience,
  asha,
  hyperband,
  wilcoxon,
};
