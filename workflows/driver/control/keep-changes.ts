/**
 * Takes what people change of a study into the store as soon as it can: if Temporal's database is lost, the study goes
 * on with it.
 *
 * @module
 */
import { proxyActivities } from '@temporalio/workflow';
import { NON_RETRYABLE } from '../../words/contract';
import type { StudyActivities } from '../../words/contract';
import type { LiveStudy } from '../state';

const { recordChanges } = proxyActivities<StudyActivities>({
  startToCloseTimeout: '1 minute',
  retry: {
    initialInterval: '500ms',
    backoffCoefficient: 2,
    maximumInterval: '1 minute',
    nonRetryableErrorTypes: [...NON_RETRYABLE],
  },
});

export class ChangeKeeper {
  private writing: Promise<void> | undefined;
  private isEnding = false;

  /**
   * @param kept Number of changes that the store has: all that an earlier run of the workflow was changed to, unless it
   *   says otherwise.
   */
  constructor(
    private readonly study: LiveStudy,
    private kept = study.state.control.changes.length,
  ) {}

  /**
   * To be called after every change. One write goes on at a time, of whatever is newest by then, and nobody waits for
   * it.
   */
  noticed(): void {
    if (this.writing === undefined && this.isBehind) this.writing = this.write();
  }

  /**
   * Before this run of the workflow ends and another begins: waits for the write that goes on and begins no other, or
   * changes that come faster than writes would keep the run from ever ending. Returns the number of changes that the
   * store has.
   */
  async settled(): Promise<number> {
    this.isEnding = true;
    await this.writing;
    return this.kept;
  }

  private get isBehind(): boolean {
    const { study, control } = this.study.state;
    return study !== undefined && this.kept < control.changes.length;
  }

  /** A store that refuses is told where a decision is recorded: there is no use in ending the study for this. */
  private async write(): Promise<void> {
    while (this.isBehind && !this.isEnding) {
      const { state } = this.study;
      await recordChanges({
        studyId: state.studyId,
        studyRun: state.run.studyRun,
        control: state.control,
        budget: state.resolved.budget,
      }).catch(() => undefined);
      this.kept = state.control.changes.length;
    }
    // In the same go as the last look, so that no change falls between the two.
    this.writing = undefined;
  }
}
