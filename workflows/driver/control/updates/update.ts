/**
 * What an update of a running study is: a check that changes nothing, and the change. One file each beside this one.
 *
 * @module
 */
import { FAILURES } from '../../../words/contract';
import type { FailureType } from '../../../words/contract';
import type { StudyState } from '../../state';
import type { StageUse } from '../../../words/study';
import type { ChangeInputs, ChangeName } from '../change';

/**
 * Why an update is not accepted: the input is wrong whatever the study does, or the study is not where this could be
 * done.
 */
export interface Refusal {
  readonly type: Extract<FailureType, 'ChangeInvalid' | 'ChangeRefused'>;
  /** One sentence. */
  readonly message: string;
}

/** What an update made of a study. */
export interface Applied {
  readonly state: StudyState;
  readonly detail: string;
}

export interface StudyUpdate<Name extends ChangeName = ChangeName> {
  /** For the Temporal UI. */
  readonly description: string;
  /** May come before the study is resolved. */
  readonly early?: true;
  /**
   * Why it cannot be done now. Must change nothing: it runs again for every update that is tried, and is not in the
   * history.
   */
  refuse(state: StudyState, input: ChangeInputs[Name]): Refusal | undefined;
  /** Does it. @returns the study's next state, and what it came to, for the record. */
  apply(state: StudyState, input: ChangeInputs[Name]): Applied;
}

export const invalid = (message: string): Refusal => ({ type: FAILURES.changeInvalid, message });
export const refused = (message: string): Refusal => ({ type: FAILURES.changeRefused, message });

/** A stage by its id, or by its name where the study's file has it once; what is put in goes by its id. */
function stageBy(state: StudyState, name: unknown): StageUse | undefined {
  const { stages } = state.resolved;
  const named = stages.filter(({ stage, inserted }) => stage === name && inserted === undefined);
  return stages.find(({ stageId }) => stageId === name) ?? (named.length === 1 ? named[0] : undefined);
}

/** The use of a stage that has been checked. @throws Error if there is none: a bug. */
export function knownStage(state: StudyState, name: unknown): StageUse {
  const use = stageBy(state, name);
  if (use === undefined) throw new Error(`stage ${String(name)} was not checked`);
  return use;
}

/** That a stage is there and has no answer yet. */
export function refuseStage(state: StudyState, name: unknown): Refusal | undefined {
  const use = stageBy(state, name);
  if (use === undefined)
    return invalid(
      `stage must be one of ${state.resolved.stages.map(({ stageId }) => stageId).join(', ')}, got ${String(name)}`,
    );
  if (state.isDecided(use)) return refused(`stage ${use.stageId} has decided already`);
  return state.control.skipped.includes(use.stageId) ? refused(`stage ${use.stageId} is skipped already`) : undefined;
}
