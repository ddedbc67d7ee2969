/**
 * Every update of a running study. A new one is a file beside this, a line in `ChangeInputs` and a line here.
 *
 * @module
 */
import { approve } from './approve';
import { cancel } from './cancel';
import type { ChangeName } from '../change';
import { enqueueTrial } from './enqueue-trial';
import { extendBudget } from './extend-budget';
import { pause } from './pause';
import { resume } from './resume';
import { setParallelTrials } from './set-parallel-trials';
import { skipStage } from './skip-stage';
import type { StudyUpdate } from './update';

export const UPDATES: { readonly [Name in ChangeName]: StudyUpdate<Name> } = {
  pause,
  resume,
  cancel,
  approve,
  enqueueTrial,
  skipStage,
  setParallelTrials,
  extendBudget,
};
