/**
 * Takes what people change of a study into the store as soon as it can: if Temporal's database is lost, the study goes on with it.
 *
 * @module
 */
import { proxyActivities } from '@temporalio/workflow';
import { NON_RETRYABLE } from '../contract';
import type { StudyActivities } from '../contract';
import type { StudyState } from '../study-state';

const { recordChanges } = proxyActivities<StudyActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '4 days',
  retry: { initialInterval: '500ms', backoffCoefficient: 2, maximumInterval: '30s', nonRetryableErrorTypes: [...NON_RETRYABLE] },
});

export class ChangeKeeper {
  /** Revision that the store has; what an earlier run of the workflow was changed to it has stored. */
  private kept: number;
  private writing: Promise<void> | undefined;

  constructor(private readonly state: StudyState) {
    this.kept = state.control.revision;
  }

  /** To be called after every change. One write goes on at a time, of whatever is newest by then, and nobody waits for it. */
  noticed(): void {
    if (this.writing === undefined && this.isBehind) this.writing = this.write();
  }

  /** Before this run of the workflow ends and another begins. */
  async settled(): Promise<void> {
    await this.writing;
  }

  private get isBehind(): boolean {
    return this.state.study !== undefined && this.kept < this.state.control.revision;
  }

  /** A store that refuses is told where a decision is recorded: there is no use in ending the study for this. */
  private async write(): Promise<void> {
    const { state } = this;
    while (this.isBehind) {
      const { revision } = state.control;
      await recordChanges({ studyId: state.studyId, studyRun: state.run.studyRun, control: state.control.snapshot(), budget: state.resolved.budget }).catch(() => undefined);
      this.kept = revision;
    }
    // In the same go as the last look, so that no change falls between the two.
    this.writing = undefined;
  }
}
