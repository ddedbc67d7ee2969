/**
 * Spaces of hyperparameters: what they are, where their values lie in the unit cube, and which of them exist under
 * which others.
 *
 * @module
 */
export { flattenSpace, placedDimensions } from './branches';
export type { Branches, Factors, NestedSpace, Shrinkage } from './branches';
export { activeNames, meets, requirementsOf, selectorsOf } from './conditions';
export type { Requirements } from './conditions';
export { cellsOf, unitOf, valueAtUnit } from './coordinates';
export type { Cells } from './coordinates';
export {
  cardinality,
  dimensionsFor,
  hasOrder,
  hparamOf,
  hparamsIn,
  isLogarithmic,
  isRange,
  isRelative,
  listOf,
} from './dimension';
export type { Dimension, Scalar, Space } from './dimension';
export { enumerate, pointsIn } from './enumeration';
export type { Levels } from './enumeration';
export { named, pick, pointAt, pointKey, pointKeys, unitsOf } from './points';
export { conditionProblems, dimensionProblems, spaceProblems } from './problems';
export type { SpaceProblem } from './problems';
