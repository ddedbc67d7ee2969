import { refused } from './update';
import type { StudyUpdate } from './update';

export const pause: StudyUpdate<'pause'> = {
  description: 'running trials write a checkpoint and free their devices; nothing runs until resume',
  early: true,
  refuse: ({ control, studyId }) =>
    control.paused ? refused(`study ${studyId} is paused already; go on with: stepwell resume ${studyId}`) : undefined,
  apply: (state) => ({
    state: state.changed({ control: { ...state.control, paused: true } }),
    detail: 'running trials write checkpoints and free their devices',
  }),
};
