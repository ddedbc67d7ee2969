import { stopsByPrechelt } from '../../../../activities/training/loop/early-stopping';
import type { PrecheltRule } from '../../../../workflows/words/trial';

/** The first epoch, counted from 1, after which a rule stops; undefined for never. */
function stopAt(
  rule: PrecheltRule,
  valLosses: readonly (number | null)[],
  trainLosses: readonly (number | null)[] = valLosses.map(() => 1),
): number | undefined {
  const curve = valLosses.map((valLoss, i) => ({ values: { valLoss }, trainLoss: trainLosses[i] ?? null }));
  return curve.map((_, i) => i + 1).find((epochs) => stopsByPrechelt(rule, curve.slice(0, epochs)));
}

describe('GL stops once the validation loss is more than alpha percent above its lowest', () => {
  it('wherever the lowest was', () => {
    // Above the 0.5 of epoch 2 by 4 %, 5 % and 6 %.
    expect(stopAt({ rule: 'GL', alpha: 5.5 }, [1, 0.5, 0.52, 0.525, 0.53])).toBe(5);
    expect(stopAt({ rule: 'GL', alpha: 3 }, [1, 0.5, 0.52, 0.525, 0.53])).toBe(3);
    expect(stopAt({ rule: 'GL', alpha: 5 }, [1, 1.04, 0.9, 0.94, 0.8])).toBeUndefined();
  });

  it('and at a loss that is not finite, unless none ever was', () => {
    expect(stopAt({ rule: 'GL', alpha: 5 }, [1, null])).toBe(2);
    expect(stopAt({ rule: 'GL', alpha: 5 }, [null, null, 1, 0.9])).toBeUndefined();
    expect(stopAt({ rule: 'GL', alpha: 5 }, [0, 0, 1e-9])).toBe(3);
  });
});

describe('PQ weighs that loss against the progress of the training', () => {
  // The strip of epochs 3 to 5: mean 0.4, lowest 0.3, so P = 1000 (0.4 / 0.3 - 1) = 333; GL = 100 (0.6 / 0.5 - 1) = 20
  // %.
  const valLosses = [1, 0.5, 0.5, 0.55, 0.6];
  const trainLosses = [2, 1, 0.5, 0.4, 0.3];

  it('at the end of a strip', () => {
    expect(stopAt({ rule: 'PQ', alpha: 0.05, stripEpochs: 5 }, valLosses, trainLosses)).toBeUndefined();
    // All five epochs: mean 0.84, P = 1800, GL / P = 0.011.
    expect(stopAt({ rule: 'PQ', alpha: 0.01, stripEpochs: 5 }, valLosses, trainLosses)).toBe(5);
    expect(stopAt({ rule: 'PQ', alpha: 0.012, stripEpochs: 5 }, valLosses, trainLosses)).toBeUndefined();
    expect(stopAt({ rule: 'PQ', alpha: 0.01, stripEpochs: 3 }, valLosses, trainLosses)).toBeUndefined();
  });

  it('and stops without progress at any loss of generalization, with none at none', () => {
    expect(stopAt({ rule: 'PQ', alpha: 3, stripEpochs: 2 }, [1, 0.9, 0.9, 0.91], [1, 1, 1, 1])).toBe(4);
    expect(stopAt({ rule: 'PQ', alpha: 3, stripEpochs: 2 }, [1, 0.9, 0.8, 0.7], [1, 1, 1, 1])).toBeUndefined();
  });
});

describe('UP stops after strips in a row whose ends each are higher than the one before', () => {
  const rule = (strips: number, stripEpochs = 2): PrecheltRule => ({ rule: 'UP', strips, stripEpochs });

  it('however much', () => {
    // Ends of strips: 0.5, 0.51, 0.52, 0.53.
    const losses = [1, 0.5, 0.4, 0.51, 0.4, 0.52, 0.4, 0.53];
    expect([1, 2, 3, 4].map((strips) => stopAt(rule(strips), losses))).toEqual([4, 6, 8, undefined]);
    expect(stopAt(rule(1, 5), losses)).toBeUndefined();
  });

  it('and counts anew after one that is not', () => {
    expect(stopAt(rule(2), [1, 0.5, 1, 0.6, 1, 0.6, 1, 0.7, 1, 0.8])).toBe(10);
    expect(stopAt(rule(1), [1, 0.5, 1, null])).toBe(4);
  });
});
