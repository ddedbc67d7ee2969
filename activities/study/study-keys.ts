/** A study that cannot run as it is written; its message lists every problem, a line each. */
export class StudyInvalid extends Error {
  override readonly name = 'StudyInvalid';
}

const SAFE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Key of one of a study's objects, e.g. `studies/digits/decisions/lr-range-test.json`.
 *
 * @param name Relative to the study's own prefix; may be empty for the prefix itself.
 * @throws StudyInvalid if the id could leave that prefix: some stores keep objects as files.
 */
export function studyKey(studyId: string, name: string): string {
  if (!SAFE.test(studyId))
    throw new StudyInvalid(`studyId must be letters, digits, dots and dashes, got ${JSON.stringify(studyId)}`);
  return `studies/${studyId}/${name}`;
}

/**
 * The place of one run of a study, e.g. `studies/digits/runs/4f1c…/`.
 * @throws StudyInvalid as `studyKey` does
 */
export function runPrefix(studyId: string, studyRun: string): string {
  if (!SAFE.test(studyRun))
    throw new StudyInvalid(`studyRun must be letters, digits, dots and dashes, got ${JSON.stringify(studyRun)}`);
  return studyKey(studyId, `runs/${studyRun}/`);
}
