import type { ResolvedStudy } from '../words/study';

/**
 * Version of the maths that decides: what stages, samplers and pruners answer to given trials. Whoever changes an
 * answer raises it, as studies that run would else go on by other rules than they began with.
 */
export const PLANNER_VERSION = 3;

/** Digest of its answers to the fixed questions of `test/planner/`, which tells whoever changes one to raise it. */
export const PLANNER_ANSWERS = '6770196742760ca7';

/** In the words of every refusal: of a task that fails the server keeps nothing else. */
const WAITS = 'it waits for a tuner worker of';

const THIS = `this worker has ${PLANNER_VERSION} (answers ${PLANNER_ANSWERS})`;

/** Whether that is what a worker said that has not the maths of a study. */
export const isPlannerRefusal = (message: string): boolean => message.includes(WAITS);

/** This worker has not the maths that the study began with. No failure of the study: a worker that has it goes on. */
export class PlannerUnknown extends Error {
  override readonly name = 'PlannerUnknown';
}

/**
 * To be called before a stage that has begun is asked anything. What it throws fails the workflow task and not the
 * workflow, so that Temporal offers the task again until a worker of the stage's own version takes it.
 *
 * @param version With which the stage began.
 * @throws PlannerUnknown
 */
export function demandPlanner(study: string, stageId: string, version: number): void {
  if (version === PLANNER_VERSION) return;
  throw new PlannerUnknown(
    `study ${study} is at ${stageId}, which began with planner version ${version}, and ${THIS}: ${WAITS} a Stepwell with version ${version}, and passes to a newer one after that stage; ` +
      'deployments that are versioned keep one (TEMPORAL_DEPLOYMENT_NAME, TEMPORAL_WORKER_BUILD_ID)',
  );
}

/**
 * To be called before a stage begins: a study passes to a newer planner and never back, or two workers would toss it to
 * and fro while they are being upgraded.
 *
 * @throws PlannerUnknown
 */
export function demandNoOlder({ name, plannerVersion }: Pick<ResolvedStudy, 'name' | 'plannerVersion'>): void {
  if (plannerVersion <= PLANNER_VERSION) return;
  throw new PlannerUnknown(
    `study ${name} goes by planner version ${plannerVersion}, and ${THIS}: ${WAITS} a Stepwell with version ${plannerVersion} or a newer one`,
  );
}

/** This worker's planner cannot go on with the study, whose older one can. */
export function cannotPass({ name, plannerVersion }: ResolvedStudy, reason: string): PlannerUnknown {
  return new PlannerUnknown(
    `study ${name} cannot pass from planner version ${plannerVersion} to ${PLANNER_VERSION}, which this worker has: ${reason}; ${WAITS} a Stepwell with version ${plannerVersion}`,
  );
}

/** A trial of the study was asked something else than this worker would ask: its maths is another, whatever its version. */
export function otherAnswer(studyId: string, trialId: string): PlannerUnknown {
  return new PlannerUnknown(
    `trial ${trialId} of study ${studyId} was not asked what the planner of this worker asks (version ${PLANNER_VERSION}, answers ${PLANNER_ANSWERS}): ${WAITS} the Stepwell that asked`,
  );
}
