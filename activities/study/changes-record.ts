/**
 * What people have changed of a running study, as the store keeps it: a recovery goes on with it, also with what came
 * after the last decision.
 *
 * @module
 */
import { z } from 'zod';
import type { RecordChangesInput, StudyActivities } from '../../workflows/words/contract';
import type { StudyControl } from '../../workflows/driver/control/study-control';
import type { BudgetSpec } from '../../workflows/words/study';
import type { ObjectStore } from '../storage/object-store';
import { seal, unseal } from './sealed';
import { studyKey } from './study-keys';

export type ChangesRecord = Omit<RecordChangesInput, 'studyId'>;

/** Only this code writes these two, and hashes what it writes. */
export const controlSchema = z.custom<StudyControl>(
  (value) => typeof value === 'object' && value !== null && 'changes' in value,
);
export const budgetSchema = z.custom<BudgetSpec>(
  (value) => typeof value === 'object' && value !== null && 'parallelTrials' in value,
);

const changesRecord: z.ZodType<ChangesRecord> = z.object({
  studyRun: z.string(),
  control: controlSchema,
  budget: budgetSchema,
});

export const changesKey = (studyId: string): string => studyKey(studyId, 'changes.json');

/** @returns The `recordChanges` activity on this store. */
export function createRecordChanges(store: ObjectStore): StudyActivities['recordChanges'] {
  return async ({ studyId, ...record }) => {
    await store.put(changesKey(studyId), seal(record));
  };
}

/**
 * What this run of a study was last changed to; `undefined` where nobody has changed it, or the record cannot be read.
 */
export async function readChanges(
  store: ObjectStore,
  studyId: string,
  studyRun: string,
): Promise<ChangesRecord | undefined> {
  const found = await unseal(store, changesKey(studyId));
  const record = 'value' in found ? changesRecord.safeParse(found.value).data : undefined;
  return record?.studyRun === studyRun ? record : undefined;
}
