/**
 * Updates as pure functions of a study's state: may it be done, and what it comes to.
 *
 * @module
 */
import type { StudyState } from '../state';
import type { ChangeInputs, ChangeName, StudyChange } from './change';
import { UPDATES } from './updates';
import { invalid, refused } from './updates/update';
import type { Refusal, StudyUpdate } from './updates/update';

/** More than people ask for; each is kept in the study's state. */
const CHANGES_MAX = 1000;

/** Longest name of who asks. */
const BY_CHARACTERS_MAX = 200;

/** Why an update is not accepted; `undefined` if it is. Changes nothing. */
export function refusalOf<Name extends ChangeName>(
  state: StudyState,
  name: Name,
  input: ChangeInputs[Name],
): Refusal | undefined {
  const { studyId, status, control, isCancelled } = state;
  if (status !== 'resolving' && status !== 'running') return refused(`study ${studyId} has ended: it is ${status}`);
  if (isCancelled) return refused(`study ${studyId} is being cancelled`);
  if (control.changes.length >= CHANGES_MAX && name !== 'cancel' && name !== 'resume')
    return refused(`study ${studyId} was changed ${CHANGES_MAX} times and takes no more changes`);
  const given: unknown = input;
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    return invalid(`${name} takes a mapping, got ${JSON.stringify(input)}`);
  if (input.by !== undefined && (typeof input.by !== 'string' || input.by.length > BY_CHARACTERS_MAX))
    return invalid(`by must be a text of at most ${BY_CHARACTERS_MAX} characters`);
  const update: StudyUpdate<Name> = UPDATES[name];
  if (state.study === undefined && update.early !== true)
    return refused(`study ${studyId} is still reading its data set; try again once its first stage has begun`);
  return update.refuse(state, input);
}

/** What comes of an update: the study's next state, with the change on record. @param at ISO time. */
export function accept<Name extends ChangeName>(
  state: StudyState,
  name: Name,
  input: ChangeInputs[Name],
  at: string,
): { readonly state: StudyState; readonly change: StudyChange } {
  const update: StudyUpdate<Name> = UPDATES[name];
  const { state: next, detail } = update.apply(state, input);
  const change: StudyChange = { what: name, detail, at, ...(input.by !== undefined && { by: input.by }) };
  const { control } = next;
  return { state: next.changed({ control: { ...control, changes: [...control.changes, change] } }), change };
}
