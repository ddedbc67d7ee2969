/**
 * The maths that decisions rest on: numbers in, numbers out.
 *
 * @module
 */
export { excessesOf, totalViolation, violationsOf } from './constraints';
export type { ConstrainedName, Constraints, Violation } from './constraints';
export { addedNorms, fastestBatchSize, fitNoiseScale, initialNoiseSums, noiseScaleOf } from './noise-scale';
export type { GradientNorms, NoiseScale, NoiseSums } from './noise-scale';
export { coveredShare, hypervolume, paretoFront } from './pareto';
export type { Costed } from './pareto';
export { ranked } from './ranking';
export { readablePart, smoothedCurve } from './range-test-curve';
export type { Curve, CurvePoint } from './range-test-curve';
export { SUGGESTION_RULES } from './rules';
export type { SuggestionRule, SuggestionRuleName } from './rules';
export { gainOf, gainOver, meanScore, scaleOf, scoreWithGain } from './scale';
export { isBetter, scoreOf } from './score';
export { exponentialMovingAverage } from './smoothing';
export {
  geometricMean,
  logMedian,
  mean,
  median,
  quantile,
  rankCorrelation,
  ranks,
  ratioSpread,
  standardDeviation,
  standardError,
} from './statistics';
export { fitStepTime } from './step-time';
export type { StepTime, StepTimeFit } from './step-time';
export { stepsToTarget } from './time-to-target';
