/**
 * The maths of tuning for other programs: what decisions rest on, and what only shows more of them. Numbers in, numbers
 * out.
 *
 * @module
 */
export * from '../../../workflows/analysis';
export { failedRegions } from './failed-regions';
export type { Region, TriedPoint } from './failed-regions';
export { factorsOf, importances, unitsByFactor } from './importance';
export type {
  BlindImportance,
  DrawnObservation,
  Factor,
  FactorImportance,
  Importances,
  Observation,
  TooFewPoints,
} from './importance';
export { fanova } from './importance/fanova';
export type { VarianceShares } from './importance/fanova';
export { independenceChances } from './importance/independence';
export { pedAnova } from './importance/ped-anova';
export { overfitting, unfinished } from './learning-curve';
export type { Overfitting, Unfinished } from './learning-curve';
