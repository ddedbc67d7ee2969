/**
 * The batch-size ladder: rungs that double until memory or the knee ends the climb, and halve what is left below the
 * memory's end, each measured in a process of its own; then a race between the sizes worth it.
 *
 * Throughput alone is the wrong goal: on a small network 512 gave the most images a second while 64 reached the loss
 * first.
 *
 * Source: google-research/tuning_playbook, "Choosing the batch size"; S. McCandlish, J. Kaplan, D. Amodei, "An
 * Empirical Model of Large-Batch Training", 2018 (arXiv:1812.06162), for steps S(B) = S_min (1 + B_crit / B), with t(B)
 * = a + cB best at sqrt(a B_crit / c).
 *
 * @module
 */
import { stepsOf } from '../../trials/length';
import { LR_RETEST } from '../lr-retest/name';
import type { Stage } from '../stage';
import { chooseSize } from './choice';
import { decideLadder } from './decide';
import type { BatchSizeLadderOptions } from './options';
import { RATE_STEPS_MAX } from './rates';
import { halvingsMax, nextRung } from './rungs';
import { strategyOf } from './strategies';
import { BATCH_SIZE_LADDER } from './verified-size';
import { ladderView } from './view';

/** A race at another rate says nothing of this one. */
const RATE_REOPENS = 2;

export const batchSizeLadder: Stage<BatchSizeLadderOptions> = {
  name: BATCH_SIZE_LADDER,
  question: 'which batch size',
  budgetShare: 0.1,
  decides: 'batchSize',
  alsoDecides: ({ strategy }) => (strategy === 'progressive' ? ['batchGrowth'] : []),
  inserts: [
    {
      stage: LR_RETEST,
      onlyIfMoved: { batchSize: 1 },
      because: `${BATCH_SIZE_LADDER} may change the batch size, and the best learning rate moves with it`,
    },
    {
      stage: BATCH_SIZE_LADDER,
      onlyIfMoved: { learningRate: RATE_REOPENS },
      because: `sizes raced at a rate that proves to be off by more than ${RATE_REOPENS} times race again`,
    },
    {
      stage: LR_RETEST,
      onlyIfMoved: { batchSize: 1 },
      because: 'and where that changes the batch size, so does the rate',
    },
  ],

  suggest(context) {
    const view = ladderView(context);
    const strategy = strategyOf(view);
    const next = nextRung(view, strategy) ?? strategy.next?.(view) ?? chooseSize(view).next;
    return next === 'wait' ? undefined : next;
  },

  decide: (context) => decideLadder(ladderView(context)),

  estimate(context) {
    const {
      options: { warmupSteps, timedSteps, soakSteps, memoryMargin },
      facts,
    } = context;
    const strategy = strategyOf(context);
    const sizes = strategy.sizes(context);
    const rates = 1 + RATE_STEPS_MAX;
    // Sizes between two rungs, or below the first, cost no more than the last.
    const further = { bisect: halvingsMax(context.options), halve: Math.ceil(Math.log2(sizes.at(-1)!)) };
    const between = strategy.onFull === undefined ? 0 : further[strategy.onFull];
    const tried = [...sizes, ...Array<number>(between).fill(sizes.at(-1)!)];
    const probes = tried.flatMap(
      (size) =>
        [
          [size, warmupSteps + timedSteps],
          [Math.ceil(size * (1 + memoryMargin)), warmupSteps + timedSteps],
          ...Array.from({ length: rates }, () => [size, soakSteps] as const),
        ] as const,
    );
    const { trials: racers, epochs } = strategy.trainings?.(context, tried.length) ?? { trials: 0, epochs: 0 };
    const raceSteps = racers * stepsOf({ epochs }, facts.trainExamples, sizes[0]!);
    return {
      trials: probes.length + racers,
      steps: raceSteps + probes.reduce((sum, [, steps]) => sum + steps, 0),
      examples:
        racers * (epochs * facts.trainExamples + sizes.at(-1)!) +
        probes.reduce((sum, [size, steps]) => sum + size * steps, 0),
    };
  },
};
