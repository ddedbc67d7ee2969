import { numericHParam } from '../../trials/hparams';
import type { Decision } from '../stage';

/** The stage's name in a study file. */
export const BATCH_SIZE_LADDER = 'batchSizeLadder';

/**
 * The largest batch size that the last ladder verified, its choice and its alternatives alike; `undefined` without a
 * ladder.
 */
export function verifiedSize(decisions: readonly Decision[]): number | undefined {
  const ladder = decisions.findLast(({ stage }) => stage === BATCH_SIZE_LADDER);
  return (
    ladder && Math.max(...[ladder, ...ladder.alternatives].map(({ hparams }) => numericHParam(hparams, 'batchSize')))
  );
}
