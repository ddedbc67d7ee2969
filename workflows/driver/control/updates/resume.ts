import { refused } from './update';
import type { StudyUpdate } from './update';

export const resume: StudyUpdate<'resume'> = {
  description: 'a paused study goes on, its interrupted trials first, from where they were',
  early: true,
  refuse: ({ control, studyId }) => (control.paused ? undefined : refused(`study ${studyId} is not paused`)),
  apply: (state) => ({
    state: state.changed({ control: { ...state.control, paused: false } }),
    detail: 'interrupted trials go on from their checkpoints',
  }),
};
