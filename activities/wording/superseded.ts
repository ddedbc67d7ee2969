import type { Decision } from '../../workflows/stages/stage';
import type { StageProgress } from '../../workflows/words/progress';

/** The later decision whose answer took the place of a stage's; `undefined` while its own holds. */
export function replacementOf<Some extends Pick<Decision, 'stageId' | 'supersedes'>>(
  stageId: string,
  decisions: readonly (Some | undefined)[],
): Some | undefined {
  return decisions.find((decision) => decision?.supersedes?.includes(stageId) === true);
}

/** The same among the stages of a study. */
export const replacementIn = (stages: readonly StageProgress[], stageId: string): Decision | undefined =>
  replacementOf(
    stageId,
    stages.map(({ decision }) => decision),
  );
