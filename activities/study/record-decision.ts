import type { StudyActivities } from '../../workflows/contract';
import type { ObjectStore } from '../storage/object-store';
import { beating } from './beating';
import { writeDecision } from './decision-record';

/** @returns The `recordDecision` activity on this store. Writing twice writes the same. */
export function createRecordDecision(store: ObjectStore): StudyActivities['recordDecision'] {
  return ({ studyId, ...record }) => beating(() => undefined, () => writeDecision(store, studyId, record));
}
