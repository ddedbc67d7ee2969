import { isFirstSegment } from '../../../workflows/trials/segments';
import { ownObservations } from '../../../workflows/stages/sweep/observations';
import { lastValue } from '../../../workflows/stages/sweep/trainings';
import { sweepView } from '../../../workflows/stages/sweep/view';
import type { TrialSpec } from '../../../workflows/words/trial';
import { FACTS } from '../../support/stages';
import { floorOf, inFull, searchSeed, secondsOf, specsOf, swept } from './pruned-sweeps';

describe('a sweep with asha', () => {
  it('goes on with what paused before it starts anything new', () => {
    const context = swept({ pruner: { name: 'asha' }, trials: 30, replicates: 1 }, { parallel: 1 });
    const specs = specsOf(context);
    const promoted = specs.findIndex(({ continues }) => continues !== undefined);
    expect(promoted).toBeGreaterThan(2);
    expect(promoted).toBeLessThan(8);
    // Its first promotion is to the second rung: 2, 6 and 18 epochs would be rungs, and 18 is the end.
    expect(specs[promoted]).toMatchObject({
      pauseAfterEpochs: 6,
      label: expect.stringMatching(/^point \d+, from epoch 2$/),
    });
  });

  it('trains as many in full as the replication takes, though halving leaves fewer', () => {
    const context = swept({ pruner: { name: 'asha', reductionFactor: 4 }, trials: 12, replicateTop: 3 });
    expect(inFull(context)).toHaveLength(4);
    const single = swept({ pruner: { name: 'asha', reductionFactor: 4 }, trials: 12, replicates: 1 });
    expect(inFull(single)).toHaveLength(2);
  });

  it('goes on with its promotions when no further trial is allowed', () => {
    const context = swept(
      { pruner: { name: 'asha' }, trials: 24, replicates: 1 },
      {},
      { remaining: { trials: 9, deviceSeconds: Infinity } },
    );
    expect(context.trials.filter(isFirstSegment)).toHaveLength(9);
    expect(context.trials.some(({ spec }) => spec.continues !== undefined)).toBe(true);
    expect(inFull(context).length).toBeGreaterThan(1);
  });

  it('keeps device time for the finalists and their replicates', () => {
    const context = swept(
      { pruner: { name: 'asha' }, trials: 200 },
      { parallel: 1 },
      { remaining: { trials: Infinity, deviceSeconds: 500 } },
    );
    expect(secondsOf(context)).toBeLessThanOrEqual(500);
    expect(specsOf(context).filter(({ seed }) => seed !== searchSeed(context))).toHaveLength(8);
  });

  it('shows a sampler those that paused as worse than all that ended, the further the better', () => {
    const context = swept({ pruner: { name: 'asha' }, trials: 60, sampler: { name: 'tpe' }, replicates: 1 });
    const near = specsOf(context)
      .filter(isFirstSegmentSpec)
      .slice(40)
      .filter((spec) => floorOf(spec) < 0.45);
    // Of points drawn at random, a quarter is that good.
    expect(near.length).toBeGreaterThan(10);
    const view = sweepView(context);
    const observations = ownObservations(view);
    const scores = view.trainings.map((training, i) => ({
      training,
      score: observations[i]!.score as number,
    }));
    const ended = scores.filter(({ training }) => training.status === 'ended').map(({ score }) => score);
    const cut = scores.filter(({ training }) => training.status === 'paused').sort((a, b) => a.score - b.score);
    expect([cut.length > 40, cut[0]!.score > Math.max(...ended)]).toEqual([true, true]);
    const inOrder = cut
      .map(({ training }) => [-training.pausedAt, lastValue(training, FACTS.objective)] as [number, number])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]);
    expect(cut.map(({ training }) => [-training.pausedAt, lastValue(training, FACTS.objective)])).toEqual(inOrder);
  });
});

const isFirstSegmentSpec = (spec: TrialSpec): boolean => isFirstSegment({ spec });
