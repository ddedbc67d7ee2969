/**
 * The study language. zod lives here and in the stages' options only; the workflow bundle takes types from here, never
 * values.
 *
 * @module
 */
export type { ColumnsSpec, DatasetSpec, ImageSpec } from './dataset';
export { studyJsonSchema } from './json-schema';
export { parseStudy, resolveParsed } from './parse-study';
export type { ParsedStudy, ParseResult } from './parse-study';
export type { KnownNames } from './checks';
export { formatProblem, formatProblems } from './problem';
export type { Problem } from './problem';
export type { StageName, StageUseInput } from './stage-uses';
export { defineStudy } from './study-schema';
export type { StudyInput } from './study-schema';
