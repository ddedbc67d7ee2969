import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { SEARCH_ATTRIBUTES } from '../words/contract';
import { liveTable } from './live-table';
import { overviewOf } from './progress';
import type { StudyState } from './state';

/** Where a study stands, as Temporal's UI and its index show it. */
export class StudyDisplay {
  /** What this run of the workflow has told the server's index last. */
  private indexedStage: string | undefined;

  /** @param isIndexed Whether the namespace knows the search attributes. */
  constructor(private readonly isIndexed: boolean) {}

  details(state: StudyState): void {
    setCurrentDetails(liveTable(overviewOf(state)));
  }

  show(state: StudyState): void {
    this.details(state);
    const stage = state.currentStageId() ?? state.status;
    // Each is an event in the history and a write to the server's index: once a stage, not twice a trial.
    if (!this.isIndexed || stage === this.indexedStage) return;
    this.indexedStage = stage;
    upsertSearchAttributes([
      { key: SEARCH_ATTRIBUTES.study, value: state.studyId },
      { key: SEARCH_ATTRIBUTES.stage, value: stage },
    ]);
  }
}
