import { percentile } from './percentile';
import type { PercentileOptions } from './percentile';
import type { Pruner } from './pruner';

type MedianOptions = Omit<PercentileOptions, 'percentile'>;

const half = (options: MedianOptions): PercentileOptions => ({ ...options, percentile: 50 });

/** The percentile rule at one half. Source: D. Golovin et al., "Google Vizier", KDD 2017, section 3.2. */
export const median: Pruner<MedianOptions> = {
  rungs: (options, where) => percentile.rungs(half(options), where),
  judge: (context) => percentile.judge({ ...context, options: half(context.options) }),
};
