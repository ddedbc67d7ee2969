/**
 * The ways to a batch size, by the names that a study gives them.
 *
 * @module
 */
import type { BatchSizeLadderOptions } from '../options';
import { grid } from './grid';
import { largest } from './largest';
import { progressive } from './progressive';
import { ruleOfThumb } from './rule-of-thumb';
import type { Strategy } from './strategy';
import { throughput } from './throughput';
import { timeToTarget } from './time-to-target';

const STRATEGIES: Readonly<Record<BatchSizeLadderOptions['strategy'], Strategy>> = {
  timeToTarget,
  throughput,
  largest,
  ruleOfThumb,
  grid,
  progressive,
};

export const strategyOf = ({ options }: { readonly options: BatchSizeLadderOptions }): Strategy =>
  STRATEGIES[options.strategy];
