/**
 * The maths that decisions rest on: numbers in, numbers out.
 *
 * @module
 */
export { failedRegions } from './failed-regions';
export type { Region, TriedPoint } from './failed-regions';
export { factorsOf, importances, unitsByFactor } from './importance';
export type { Factor, FactorImportance, Importances, Observation, TooFewPoints } from './importance';
export { fanova } from './importance/fanova';
export type { VarianceShares } from './importance/fanova';
export { pedAnova, pedAnovaChance } from './importance/ped-anova';
export { overfitting, unfinished } from './learning-curve';
export type { Overfitting, Unfinished } from './learning-curve';
export { addedNorms, fastestBatchSize, fitNoiseScale, initialNoiseSums, noiseScaleOf } from './noise-scale';
export type { GradientNorms, NoiseScale, NoiseSums } from './noise-scale';
export { improvement, ranked } from './ranking';
export { readablePart, smoothedCurve } from './range-test-curve';
export type { Curve, CurvePoint } from './range-test-curve';
export { SUGGESTION_RULES } from './rules';
export type { SuggestionRule, SuggestionRuleName } from './rules';
export { isBetter, scoreOf } from './score';
export { exponentialMovingAverage } from './smoothing';
export {
  geometricMean,
  logMedian,
  mean,
  median,
  pairedBootstrap,
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
export { totalViolation, violationsOf } from './trade-off/constraints';
export type { ConstrainedName, Constraints, Violation } from './trade-off/constraints';
export { coveredShare, hypervolume, paretoFront } from './trade-off/pareto';
export type { Costed } from './trade-off/pareto';
