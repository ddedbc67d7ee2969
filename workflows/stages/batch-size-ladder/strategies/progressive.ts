import { batchSizesOf } from '../../../trials/batch-growth';
import { numericHParam } from '../../../trials/hparams';
import type { HParams, TrialSpec } from '../../../words/trial';
import { isRunning, ranWell } from '../../trials';
import { growthClaim, growthReason, growthTable, otherWay } from '../growth-reason';
import { comparedGrowth, growthName, growthOf, largestPassed, shapeOf } from '../growth';
import { ladderTrial, trialsOf } from '../phases';
import type { LadderContext } from '../phases';
import { referenceEpochs } from '../race';
import { brokeDown, racedHparams, RATE_STEPS_MAX, standingTrials } from '../rates';
import { areTimesUnsteady } from '../step-cost';
import type { LadderView } from '../view';
import { PROBABILITY_HIGH, PROBABILITY_MEDIUM } from '../../confidence';
import type { Strategy } from './strategy';

/**
 * Whether batches had better grow during a training: from the size that the study holds up to the largest that fits,
 * beside that size kept. Growth is taken where it scores better, and where it is sooner and scores as well.
 *
 * Source: S. Smith, P. Kindermans, C. Ying, Q. Le, "Don't Decay the Learning Rate, Increase the Batch Size", ICLR 2018
 * (arXiv:1711.00489): growing batches lower the noise as a falling rate does, in fewer steps.
 */
export const progressive: Strategy = {
  sizes(context) {
    const { options, facts, incumbent } = context;
    const own = Math.min(numericHParam(incumbent, 'batchSize'), facts.trainExamples);
    const grown = { ...incumbent, batchSize: own, batchGrowth: growthName(context) };
    return batchSizesOf(own, shapeOf(context, grown, options.batchSizeMax).batchGrowth);
  },
  onFull: 'halve',
  endsAtKnee: false,
  next,
  trainings: (context) => ({
    trials: (1 + RATE_STEPS_MAX) * 2 * pairsOf(context),
    epochs: referenceEpochs(context),
  }),
  preference: ({ reference }) => (reference === undefined ? [] : [reference]),
  besides: (view, batchSize) => ({ batchGrowth: grows(view, batchSize) ? growthName(view) : 'none' }),
  alternatives: otherWay,
  tables: (view) => (trialsOf(view, 'growth').length === 0 ? [] : [growthTable(view)]),
  reason: growthReason,
  grounds(view, batchSize) {
    if (growthOf(view) === undefined || batchSize !== view.reference)
      return { guess: {}, doubt: { 'no growth was compared': true } };
    const { claim, probability, restsOnTimes } = growthClaim(view);
    return {
      guess: { [`the seeds do not show that ${claim}`]: probability < PROBABILITY_MEDIUM },
      doubt: {
        [`that ${claim} has a probability below ${PROBABILITY_HIGH}`]:
          probability >= PROBABILITY_MEDIUM && probability < PROBABILITY_HIGH,
        'the step times are unsteady': restsOnTimes && areTimesUnsteady(view),
      },
    };
  },
};

/** Seeds of each way: neither is picked, so that all of them judge. */
const pairsOf = ({ options: { replicates, confirmations } }: LadderContext): number => replicates + confirmations;

/** Growth was compared from the reference only. */
const grows = (view: LadderView, batchSize: number): boolean =>
  batchSize === view.reference && comparedGrowth(view).isAdopted;

/** The two ways by turns, seed by seed. */
function next(view: LadderView): TrialSpec | 'wait' | undefined {
  const { reference } = view;
  if (reference === undefined || growthOf(view) === undefined) return undefined;
  const [fixed, grown] = [standingTrials(view, 'race'), standingTrials(view, 'growth')];
  const isOver = [...fixed, ...grown].some((trial) => !isRunning(trial) && (brokeDown(trial) || !ranWell(trial)));
  for (let replicate = 0; replicate < pairsOf(view) && !isOver; replicate++) {
    if (fixed.length <= replicate)
      return training(view, 'race', { ...racedHparams(view, reference), batchGrowth: 'none' }, replicate);
    if (grown.length <= replicate)
      return training(view, 'growth', { ...racedHparams(view, reference), batchGrowth: growthName(view) }, replicate);
  }
  return [...fixed, ...grown].some(isRunning) ? 'wait' : undefined;
}

function training(view: LadderView, phase: 'race' | 'growth', hparams: HParams, replicate: number): TrialSpec {
  const shape = shapeOf(view, hparams, largestPassed(view));
  const sizes = batchSizesOf(numericHParam(hparams, 'batchSize'), shape.batchGrowth);
  const way = sizes.length === 1 ? `${sizes[0]} fixed` : `from ${sizes[0]} to ${sizes.at(-1)}`;
  return ladderTrial(view, phase, sizes[0]!, replicate, {
    label: `${phase} ${way}, seed ${replicate + 1} of ${pairsOf(view)}`,
    ...shape,
    stop: { dead: true },
    evaluate: { validation: 'epoch', test: false },
  });
}
