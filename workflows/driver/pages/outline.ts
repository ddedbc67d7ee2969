import { isBetter } from '../../analysis/score';
import type { CurveRead } from '../../search/pruners';
import type { ValidationMetric } from '../../tasks';
import type { Objective } from '../../words/study';
import type { EpochMeasurement, Measurement } from '../../words/outcome';
import type { Trial } from '../../words/trial';

/** Lines that the curves of a stage may have, all trials together, before only outlines are kept: about 300 kB. */
const CURVE_LINES_MAX = 3000;

/** What a line of an outline does not say. */
const NOTHING: EpochMeasurement = {
  epoch: 0,
  step: 0,
  learningRate: 0,
  trainLoss: null,
  values: {},
  deviceSeconds: 0,
};

/** What a stage reads of a trial besides the objective of its best and last epoch. */
export interface StageReads {
  readonly lines: readonly CurveRead[];
  /** Of the best epoch. */
  readonly metrics: readonly ValidationMetric[];
}

/**
 * An ended trial as a stage of thousands keeps it: the first ones whole, later ones with an outline of their curve. The
 * whole curve is in the trial's own record in the store.
 *
 * Which are whole follows from a trial's place and length alone, not from when it ended or when the workflow continued
 * as new. An outline has the objective at the pause, at the end, and where the stage reads it.
 */
export function outlined(trial: Trial, index: number, objective: Objective, reads: StageReads): Trial {
  const { spec, result } = trial;
  if (result === undefined || !('measurement' in result.outcome)) return trial;
  const { outcome } = result;
  const { measurement } = outcome;
  if ((index + 1) * measurement.curve.length <= CURVE_LINES_MAX) return trial;
  const { metric } = objective;
  const curve = keyLines(measurement.curve, spec.pauseAfterEpochs, objective, reads.lines);
  const outline: Measurement = {
    ...measurement,
    trainLoss: null,
    best: measurement.best && bare(measurement.best, [metric, ...reads.metrics]),
    curve: curve.map((line) => bare(line, [metric])),
    isOutline: true,
  };
  return { spec, result: { ...result, outcome: { ...outcome, measurement: outline } } };
}

function bare({ epoch, step, values }: EpochMeasurement, metrics: readonly ValidationMetric[]): EpochMeasurement {
  const kept = Object.fromEntries(metrics.map((metric) => [metric, values[metric] ?? null]));
  return { ...NOTHING, epoch, step, values: kept };
}

function keyLines(
  curve: readonly EpochMeasurement[],
  pauseAfterEpochs: number | undefined,
  objective: Objective,
  reads: readonly CurveRead[],
): readonly EpochMeasurement[] {
  const pause = pauseAfterEpochs === undefined ? [] : [{ from: pauseAfterEpochs, to: pauseAfterEpochs }];
  const kept = new Set([curve.at(-1), ...[...pause, ...reads].map((read) => lineRead(curve, read, objective))]);
  return curve.filter((line) => kept.has(line));
}

function lineRead(
  curve: readonly EpochMeasurement[],
  { from, to }: CurveRead,
  objective: Objective,
): EpochMeasurement | undefined {
  const first = curve.find(({ epoch }) => epoch >= from);
  return curve
    .filter(({ epoch }) => epoch >= from && epoch <= to)
    .reduce(
      (best, line) =>
        best === undefined || isBetter(scoreAt(line, objective), scoreAt(best, objective), objective) ? line : best,
      first,
    );
}

const scoreAt = ({ values }: EpochMeasurement, { metric }: Objective): number | null => values[metric] ?? null;

/** Without what only the store is asked of the trials of a search: where their weights are, and who trained them. */
export function withoutReferences(trial: Trial): Trial {
  const { spec, result } = trial;
  return result === undefined || spec.exportModel
    ? trial
    : { spec, result: { ...result, hash: '', weights: null, model: null, receipts: [], worker: '', engine: '' } };
}
