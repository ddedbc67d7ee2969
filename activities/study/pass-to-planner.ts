import { log } from '@temporalio/activity';
import { PLANNER_VERSION } from '../../workflows/driver/planner-version';
import type { StudyActivities } from '../../workflows/words/contract';
import type { ObjectStore } from '../storage/object-store';
import { openingIn, openingKey, writeOpening } from './opening';
import { replanned } from './replan';
import { unseal } from './sealed';

/** @returns The `passToPlanner` activity on this store. */
export function createPassToPlanner(store: ObjectStore): StudyActivities['passToPlanner'] {
  return async ({ studyId, study, decided, plannerVersion }) => {
    // An older one takes nothing over: its workflow refuses the study.
    if (decided === undefined || plannerVersion <= study.plannerVersion) return { plannerVersion };
    const refused = (refusal: string) => ({ plannerVersion: study.plannerVersion, refusal });
    // An operator's own bundle of the workflows, which this code does not come with.
    if (plannerVersion !== PLANNER_VERSION)
      return refused(`its activities have version ${PLANNER_VERSION}; bundle workflows and activities of one Stepwell`);
    const opening = openingIn(await unseal(store, openingKey(studyId)));
    if (opening === undefined)
      return refused(`what was asked is missing or damaged in the store [key=${openingKey(studyId)}]`);
    const anew = replanned({ asked: opening.asked, study }, decided);
    if (typeof anew === 'string') return refused(anew);
    await writeOpening(store, { ...opening, study: anew });
    log.info('study passed to another planner', { studyId, from: study.plannerVersion, to: plannerVersion, decided });
    const { stages, handovers } = anew;
    return { plannerVersion, replanned: { plannerVersion, stages, ...(handovers && { handovers }) } };
  };
}
