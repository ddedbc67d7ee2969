import { meanFactor } from '../../trials/mean-factor';
import { numericHParam } from '../../trials/hparams';
import { stepsOf } from '../../trials/length';
import { formatNumber, threeDigits } from '../format';
import { stretched } from '../schedules';
import type { StageContext } from '../stage';

/** Schedules whose mean is this near to their peak are as good as constant. */
const NEARLY_CONSTANT = 0.05;

/** A peak rate of the study's schedule, and the constant rate that it stands for. */
export interface PeakRate {
  readonly learningRate: number;
  readonly constantRate: number;
  readonly schedule: string;
  /** What the schedule averages to, as a factor on its peak. */
  readonly meanFactor: number;
  /** The mean asks for a higher rate than was seen to hold. */
  readonly isCapped: boolean;
}

/**
 * The peak rate at which the study's schedule averages to a constant rate: range tests and constant trainings say which
 * constant rate is good, and a cosine that peaks there trains at half of it.
 *
 * @param highest The highest rate that was seen to hold: where a training breaks down depends on its peak.
 */
export function peakRate(
  { facts: { training, trainExamples }, incumbent }: Pick<StageContext<unknown>, 'facts' | 'incumbent'>,
  constantRate: number,
  highest: number,
): PeakRate {
  const batchSize = numericHParam(incumbent, 'batchSize');
  const steps = stepsOf({ epochs: training.epochs }, trainExamples, batchSize);
  const schedule = stretched(training, training.epochs, steps);
  const mean = meanFactor(schedule, steps, trainExamples / batchSize);
  const isFlat = !(mean > 0) || Math.abs(mean - 1) < NEARLY_CONSTANT;
  const wanted = isFlat ? constantRate : constantRate / mean;
  const isCapped = wanted > Math.max(constantRate, highest);
  return {
    learningRate: threeDigits(isCapped ? Math.max(constantRate, highest) : wanted),
    constantRate: threeDigits(constantRate),
    schedule: schedule.name,
    meanFactor: isFlat ? 1 : mean,
    isCapped,
  };
}

/** The beginning of a sentence that goes on with what the constant rate is, e.g. `the median of 3 tests`. */
export function peakReason({ learningRate, constantRate, schedule, meanFactor: mean, isCapped }: PeakRate): string {
  if (learningRate === constantRate) return `${formatNumber(learningRate)} is`;
  const times = `${formatNumber(learningRate)} is ${formatNumber(learningRate / constantRate)} times ${formatNumber(constantRate)}`;
  const shape = `since the ${schedule} schedule averages to ${formatNumber(mean)} of its peak`;
  return `${times}, ${shape}${isCapped ? ' (no more, for higher rates did worse)' : ''}; ${formatNumber(constantRate)} is`;
}
