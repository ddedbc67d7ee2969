import { asha } from './asha';
import { hyperband } from './hyperband';
import { median } from './median';
import { none } from './none';
import { patience } from './patience';
import { percentile } from './percentile';
import type { Pruner } from './pruner';
import { wilcoxon } from './wilcoxon';

export type { CurvePoint, PrunableTrial, Pruner, PrunerContext, Verdict } from './pruner';

/** Every pruner by its name in a study. A new one is a file here, one line below and one in the sweep's options. */
export const PRUNERS: Readonly<Record<string, Pruner>> = {
  none,
  median,
  percentile,
  patience,
  asha,
  hyperband,
  wilcoxon,
};
