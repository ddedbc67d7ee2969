/**
 * The made-up stages on the learning rate and the batch size.
 *
 * @module
 */
import type { Plot, Series } from '../../../workflows/stages/stage';
import { AFTER_LADDER, AFTER_RANGE, AFTER_RETEST, START, decision, trial } from './sample-parts';
import type { Stage } from './sample-parts';

export function rangeTest(): Stage {
  const trials = [0, 1, 2].map((i) =>
    trial('lr-range-test', i, `seed ${i + 1} of 3`, START, { status: i === 1 ? 'dead' : 'diverged', brokeDownAt: 0.3 }),
  );
  const plot: Plot = {
    title: 'Training loss along the ramp',
    xLabel: 'learning rate',
    yLabel: 'smoothed training loss',
    xScale: 'log',
    yScale: 'linear',
    series: [0, 1, 2].map((i) => rampCurve(`seed ${i + 1}`, i)),
    marks: [
      { name: 'valley', x: 0.0021 },
      { name: 'chosen', x: 0.00287 },
      { name: 'minimum / 10', x: 0.0039 },
      { name: 'steep', x: 0.0011 },
      { name: 'slide', x: 0.034 },
    ],
  };
  const because =
    '0.00287 is the geometric mean of valley (0.0021) and minimum/10 (0.0039), medians over 3 seeds that lie within a factor of 1.4';
  return {
    trials,
    decision: decision('lr-range-test', AFTER_RANGE, because, {
      evidence: {
        trialIds: trials.map(({ trialId }) => trialId),
        plots: [plot],
        warnings: [],
        tables: [
          {
            title: 'Suggestions',
            columns: ['rule', 'seed 1', 'seed 2', 'seed 3', 'median'],
            rows: [
              ['valley', 0.0019, 0.0021, 0.0024, 0.0021],
              ['minimum / 10', 0.0037, 0.0039, 0.0045, 0.0039],
              ['steep', 0.0009, 0.0011, 0.0011, 0.0011],
              ['slide', null, 0.034, 0.036, 0.034],
            ],
          },
        ],
      },
      alternatives: [{ hparams: { ...START, learningRate: 0.0011 }, note: 'steepest descent, the cautious choice' }],
    }),
  };
}

function rampCurve(name: string, seed: number): Series {
  const x = Array.from({ length: 120 }, (_, i) => 1e-6 * 10 ** (i / 17));
  const y = x.map(
    (rate, i) =>
      2.31 -
      1.75 / (1 + ((0.0015 * (1 + 0.2 * seed)) / rate) ** 1.4) +
      (rate / 0.3) ** 2 +
      0.02 * Math.sin(i * 1.3 + seed),
  );
  const end = y.findIndex((loss) => loss > 4);
  return { name, x: x.slice(0, end), y: y.slice(0, end) };
}

export function ladder(): Stage {
  const sizes = [16, 32, 64, 128, 256];
  const seconds = sizes.map((size) => 0.0021 + 0.000031 * size);
  const trials = sizes.map((batchSize, i) =>
    trial(
      'batch-size-ladder',
      i,
      `rung ${batchSize}`,
      { ...AFTER_RANGE, batchSize },
      { status: batchSize === 256 ? 'outOfMemory' : 'completed', score: batchSize === 256 ? null : 0.11 + i * 0.004 },
    ),
  );
  const because = 'batch size 64 reached the target loss of 0.2 first, in 2.9 s, and 256 did not fit into memory';
  return {
    trials,
    decision: decision('batch-size-ladder', AFTER_LADDER, because, {
      confidence: 'medium',
      evidence: {
        trialIds: trials.map(({ trialId }) => trialId),
        warnings: ['the race was decided by 4 %: 32 would do as well'],
        plots: [
          {
            title: 'Seconds per step',
            xLabel: 'batch size',
            yLabel: 'seconds per step',
            xScale: 'log',
            yScale: 'linear',
            series: [
              { name: 'measured', x: sizes.slice(0, 4), y: seconds.slice(0, 4) },
              { name: 'a + cB', x: sizes, y: seconds.map((s, i) => s * (1 + 0.01 * (i % 2))) },
            ],
            marks: [
              { name: 'knee', x: 67.7 },
              { name: 'largest that fits', x: 256 },
            ],
          },
          {
            title: 'Examples per second',
            xLabel: 'batch size',
            yLabel: 'examples per second',
            xScale: 'log',
            yScale: 'log',
            series: [{ name: 'throughput', x: sizes, y: sizes.map((size, i) => size / (seconds[i] ?? 1)) }],
            marks: [],
          },
        ],
        tables: [
          {
            title: 'Rungs',
            columns: ['batch size', 'seconds per step', 'examples per second', 'peak MiB'],
            rows: sizes.map((size, i) => [
              size,
              i === 4 ? null : (seconds[i] ?? 0),
              i === 4 ? null : size / (seconds[i] ?? 1),
              i === 4 ? null : 210 + size / 2,
            ]),
          },
        ],
      },
    }),
  };
}

export function retest(): Stage {
  const trials = [0, 1, 2].map((i) =>
    trial(
      'lr-retest',
      i,
      `factor ${2 ** (i - 1)}`,
      { ...AFTER_LADDER, learningRate: 0.00351 * 2 ** (i - 1) },
      { score: 0.13 - i * 0.004, reused: i === 0 },
    ),
  );
  return {
    trials,
    decision: decision(
      'lr-retest',
      AFTER_RETEST,
      '0.00351 had the lowest validation loss of three rates around 0.00407',
      {
        confidence: 'low',
        evidence: {
          trialIds: [trials[2]?.trialId ?? ''],
          plots: [],
          tables: [],
          warnings: ['the best rate lies at the edge of what was tried'],
        },
      },
    ),
  };
}
