/**
 * The made-up sweep, and the final training after it.
 *
 * @module
 */
import type { Plot, Series } from '../../../workflows/stages/stage';
import { AFTER_RETEST, AFTER_SWEEP, decision, trial } from './sample-parts';
import type { Stage } from './sample-parts';

export function sweep(): Stage {
  const trials = Array.from({ length: 14 }, (_, i) => {
    const hparams =
      i === 0
        ? AFTER_RETEST
        : {
            ...AFTER_RETEST,
            weightDecay: 1e-6 * 10 ** (((i * 7) % 13) / 3.3),
            dropoutRate: Number(((0.6 * ((i * 5) % 13)) / 13).toFixed(3)),
            labelSmoothing: [0, 0.05, 0.1][i % 3] ?? 0,
          };
    return trial(
      'regularization-sweep',
      i,
      i === 0 ? 'incumbent' : i > 10 ? `replicate of ${i - 8}` : `sample ${i}`,
      i === 7 ? AFTER_SWEEP : hparams,
      {
        score: i === 4 ? null : 0.12 - 0.002 * ((i * 3) % 11),
        status: i === 4 ? 'diverged' : i % 4 === 2 ? 'earlyStopped' : 'completed',
      },
    );
  });
  const plot: Plot = {
    title: 'Validation loss of the best five',
    xLabel: 'epoch',
    yLabel: 'validation loss',
    xScale: 'linear',
    yScale: 'log',
    marks: [],
    series: Array.from({ length: 9 }, (_, i) => ({
      name: `regularization-sweep/00${i}`,
      x: Array.from({ length: 12 }, (_, e) => e + 1),
      y: Array.from({ length: 12 }, (_, e) => 1.4 * Math.exp(-(e + 1) / (2.2 + i / 6)) + 0.1 + i * 0.004),
    })),
  };
  return {
    trials,
    decision: decision(
      'regularization-sweep',
      AFTER_SWEEP,
      'trial 007 has the lowest mean validation loss, 0.1004 over 2 seeds, 0.012 below the incumbent',
      {
        evidence: {
          trialIds: ['regularization-sweep/007', 'regularization-sweep/011', 'regularization-sweep/012'],
          plots: [plot],
          tables: [
            {
              title: 'Replicated',
              columns: ['trial', 'mean', 'seeds', 'standard error'],
              rows: [
                ['007', 0.1004, 2, 0.0021],
                ['002', 0.1037, 2, 0.0034],
                ['009', 0.1062, 2, 0.003],
              ],
            },
          ],
          warnings: [],
        },
        alternatives: [
          { hparams: { ...AFTER_SWEEP, dropoutRate: 0.2, weightDecay: 0 }, note: 'simpler, within one standard error' },
        ],
      },
    ),
  };
}

export function finalTrain(): Stage {
  const trials = [0, 1].map((i) =>
    trial('final-train', i, `replicate ${i + 1} of 2`, AFTER_SWEEP, {
      score: 0.0987 - i * 0.002,
      deviceSeconds: 31 + i,
    }),
  );
  const curve = (name: string, floor: number): Series => ({
    name,
    x: Array.from({ length: 30 }, (_, e) => e + 1),
    y: Array.from({ length: 30 }, (_, e) => 1.2 * Math.exp(-(e + 1) / 4) + floor),
  });
  const plot: Plot = {
    title: 'Losses of the final training',
    xLabel: 'epoch',
    yLabel: 'loss',
    xScale: 'linear',
    yScale: 'linear',
    series: [curve('training', 0.31), curve('validation', 0.0967)],
    marks: [{ name: 'best epoch', x: 27 }],
  };
  return {
    trials,
    decision: decision('final-train', AFTER_SWEEP, 'replicate 2 has the lower validation loss, 0.0967 against 0.0987', {
      finalTrialId: 'final-train/001',
      evidence: { trialIds: trials.map(({ trialId }) => trialId), plots: [plot], tables: [], warnings: [] },
    }),
  };
}
