import { isBetter } from '../../analysis/score';
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
  valLoss: null,
  valAccuracy: null,
  deviceSeconds: 0,
};

/**
 * An ended trial as a stage of thousands keeps it: the first ones whole, later ones with an outline of their curve. The
 * whole curve is in the trial's own record in the store.
 *
 * Which are whole follows from a trial's place and length alone, not from when it ended or when the workflow continued
 * as new. An outline has the objective where pruners look at it: its pause, its end, and every epoch that none after it
 * was as good as.
 */
export function outlined(trial: Trial, index: number, objective: Objective): Trial {
  const { spec, result } = trial;
  if (result === undefined || !('measurement' in result.outcome)) return trial;
  const { outcome } = result;
  const { measurement } = outcome;
  if ((index + 1) * measurement.curve.length <= CURVE_LINES_MAX) return trial;
  const bare = (line: EpochMeasurement): EpochMeasurement => ({
    ...NOTHING,
    epoch: line.epoch,
    step: line.step,
    [objective.metric]: line[objective.metric],
  });
  const curve = keyLines(measurement.curve, spec.pauseAfterEpochs, objective).map(bare);
  const outline: Measurement = {
    ...measurement,
    trainLoss: null,
    best: measurement.best && bare(measurement.best),
    curve,
    isOutline: true,
  };
  return { spec, result: { ...result, outcome: { ...outcome, measurement: outline } } };
}

function keyLines(
  curve: readonly EpochMeasurement[],
  pauseAfterEpochs: number | undefined,
  objective: Objective,
): readonly EpochMeasurement[] {
  const pause = pauseAfterEpochs === undefined ? undefined : curve.find(({ epoch }) => epoch >= pauseAfterEpochs);
  const kept: EpochMeasurement[] = [];
  let best: number | null = null;
  for (const line of curve.toReversed()) {
    const value = line[objective.metric];
    const isBest: boolean = isBetter(value, best, objective);
    if (isBest) best = value;
    if (isBest || kept.length === 0 || line === pause) kept.push(line);
  }
  return kept.reverse();
}

/** Without what only the store is asked of the trials of a search: where their weights are, and who trained them. */
export function withoutReferences(trial: Trial): Trial {
  const { spec, result } = trial;
  return result === undefined || spec.exportModel
    ? trial
    : { spec, result: { ...result, hash: '', weights: null, model: null, receipts: [], worker: '', engine: '' } };
}
