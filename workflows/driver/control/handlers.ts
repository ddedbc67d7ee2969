/**
 * The updates of a study's workflow. They only write down what is asked; the driver looks at it and acts.
 *
 * @module
 */
import { ApplicationFailure, defineUpdate, setHandler } from '@temporalio/workflow';
import type { LiveStudy } from '../state';
import { accept, refusalOf } from './accept';
import type { ChangeInputs, ChangeName, StudyChange } from './change';
import { workflowTime } from './clock';
import { UPDATES } from './updates';

/**
 * To be called before the workflow waits for anything, so that no update finds it without handlers.
 * @param onChange Called after each change.
 */
export function handleUpdates(study: LiveStudy, onChange: () => void): void {
  for (const name of Object.keys(UPDATES) as ChangeName[]) handleUpdate(study, name, onChange);
}

function handleUpdate<Name extends ChangeName>(study: LiveStudy, name: Name, onChange: () => void): void {
  const definition = defineUpdate<StudyChange, [ChangeInputs[Name]?]>(name);
  const handler = (input: ChangeInputs[Name] = {} as ChangeInputs[Name]): StudyChange => {
    const { state, change } = accept(study.state, name, input, workflowTime());
    study.state = state;
    onChange();
    return change;
  };
  const validator = (input: ChangeInputs[Name] = {} as ChangeInputs[Name]): void => {
    const refusal = refusalOf(study.state, name, input);
    if (refusal !== undefined) throw ApplicationFailure.nonRetryable(refusal.message, refusal.type);
  };
  setHandler(definition, handler, { validator, description: UPDATES[name].description });
}
