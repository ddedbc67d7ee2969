/**
 * The updates of a study's workflow. They only write down what is asked; the driver looks at it and acts.
 *
 * @module
 */
import { ApplicationFailure, defineUpdate, setHandler } from '@temporalio/workflow';
import type { StudyState } from '../state';
import { accept, refusalOf } from './accept';
import type { ChangeInputs, ChangeName, StudyChange } from './change';
import { workflowTime } from './clock';
import { UPDATES } from './updates';

/**
 * To be called before the workflow waits for anything, so that no update finds it without handlers.
 * @param onChange Called after each change.
 */
export function handleUpdates(state: StudyState, onChange: (change: StudyChange) => void): void {
  for (const name of Object.keys(UPDATES) as ChangeName[]) handleUpdate(state, name, onChange);
}

function handleUpdate<Name extends ChangeName>(
  state: StudyState,
  name: Name,
  onChange: (change: StudyChange) => void,
): void {
  const definition = defineUpdate<StudyChange, [ChangeInputs[Name]?]>(name);
  const handler = (input: ChangeInputs[Name] = {} as ChangeInputs[Name]): StudyChange => {
    const change = accept(state, name, input, workflowTime());
    onChange(change);
    return change;
  };
  const validator = (input: ChangeInputs[Name] = {} as ChangeInputs[Name]): void => {
    const refusal = refusalOf(state, name, input);
    if (refusal !== undefined) throw ApplicationFailure.nonRetryable(refusal.message, refusal.type);
  };
  setHandler(definition, handler, { validator, description: UPDATES[name].description });
}
