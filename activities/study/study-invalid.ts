/** A study that cannot run as it is written; its message lists every problem, a line each. */
export class StudyInvalid extends Error {
  override readonly name = 'StudyInvalid';
}
