import type { StudyUpdate } from './update';

/**
 * The driver ends what runs once `isCancelled` is set; that a study has ended, or is about to, is refused for every
 * update alike.
 */
export const cancel: StudyUpdate<'cancel'> = {
  description: 'running trials write a checkpoint, the report is published, and the study ends',
  early: true,
  refuse: () => undefined,
  apply: (state) => ({
    state: state.changed({ isCancelled: true }),
    detail: 'running trials write checkpoints, and the report says what was found',
  }),
};
