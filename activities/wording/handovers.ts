import type { PlannerHandover } from '../../workflows/words/study';

/** A sentence of what follows a study's name, e.g. `from final-train on by planner version 3 (before: 2)`. */
export function handoverText({ stageId, plannerVersion, before }: PlannerHandover): string {
  return `from ${stageId} on by planner version ${plannerVersion} (before: ${before})`;
}
