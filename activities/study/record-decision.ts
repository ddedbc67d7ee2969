import type { StudyActivities } from '../../workflows/contract';
import type { ObjectStore } from '../storage/object-store';
import { beating } from './beating';
import { decisionKey } from './decision-record';
import type { DecisionRecord } from './decision-record';

/** @returns The `recordDecision` activity on this store. Writing twice writes the same. */
export function createRecordDecision(store: ObjectStore): StudyActivities['recordDecision'] {
  return async ({ studyId, decision, trials }) => {
    const record: DecisionRecord = { decision, trials };
    await beating(() => undefined, () => store.put(decisionKey(studyId, decision.stageId), Buffer.from(JSON.stringify(record))));
  };
}
