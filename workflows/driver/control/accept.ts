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
  const { studyId, status, control } = state;
  if (status !== 'resolving' && status !== 'running') return refused(`study ${studyId} has ended: it is ${status}`);
  if (control.cancelled) return refused(`study ${studyId} is being cancelled`);
  if (control.changes.length >= CHANGES_MAX && name !== 'cancel' && name !== 'resume')
    return refused(`study ${studyId} was changed ${CHANGES_MAX} times and takes no more changes`);
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    return invalid(`${name} takes a mapping, got ${JSON.stringify(input)}`);
  if (input.by !== undefined && (typeof input.by !== 'string' || input.by.length > BY_CHARACTERS_MAX))
    return invalid(`by must be a text of at most ${BY_CHARACTERS_MAX} characters`);
  const update: StudyUpdate<Name> = UPDATES[name];
  if (state.study === undefined && update.early !== true)
    return refused(`study ${studyId} is still reading its data set; try again once its first stage has begun`);
  return update.refuse(state, input);
}

/** Does what an update asks, and records it. @param at ISO time. */
export function accept<Name extends ChangeName>(
  state: StudyState,
  name: Name,
  input: ChangeInputs[Name],
  at: string,
): StudyChange {
  const update: StudyUpdate<Name> = UPDATES[name];
  const detail = update.apply(state, input);
  const change: StudyChange = { what: name, detail, at, ...(input.by !== undefined && { by: input.by }) };
  state.control.changes.push(change);
  return change;
}
