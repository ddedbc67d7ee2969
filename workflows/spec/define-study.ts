import type { StudyInput } from './study-schema';

/** A study written in TypeScript: a misspelt option is a type error. What types cannot say, `parseStudy` checks. */
export function defineStudy(study: StudyInput): StudyInput {
  return study;
}
