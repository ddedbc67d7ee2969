/**
 * What samplers work out from trials, asked outside of the workflow: a Gaussian process takes as long for a few points
 * as a workflow may for all that it does between two events, and a replay would take that again for every trial.
 *
 * A local activity's answer is a line of the history, its question is not.
 *
 * @module
 */
import { ActivityFailure, ApplicationFailure, isCancellation, proxyLocalActivities } from '@temporalio/workflow';
import type { PointsQuestion } from '../search/points-question';
import { FAILURES } from '../words/contract';
import type { StudyActivities } from '../words/contract';
import type { HParams } from '../words/trial';

/** Most points that are worked out at once: the first of them wait for the last. */
const POINTS_MAX = 8;

/** It reaches for nothing, so that one that fails fails again. */
const { suggestPoints } = proxyLocalActivities<Pick<StudyActivities, 'suggestPoints'>>({
  startToCloseTimeout: '1 minute',
  retry: { maximumAttempts: 3 },
});

/** A stage has asked what is not answered yet: whoever asked it answers, and asks the stage again. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';

  constructor(readonly question: PointsQuestion) {
    super(`suggestion ${question.index} is not worked out yet`);
  }
}

/** Answers by the number of the suggestion. */
export class Suggestions {
  private readonly answers = new Map<number, HParams | null>();

  /** As `StageContext.answers`. @throws Unanswered */
  readonly answerTo = (index: number, question: () => PointsQuestion): HParams | null => {
    const answer = this.answers.get(index);
    if (answer === undefined) throw new Unanswered(question());
    return answer;
  };

  /** Works out the answer to a question and, in its knowledge, those to the next ones. @param wanted At least 1. */
  async workOut(question: PointsQuestion, wanted: number): Promise<void> {
    const count = Math.min(POINTS_MAX, wanted);
    const points = await suggestPoints({ ...question, count }).catch(asBroken);
    points.forEach((point, i) => this.answers.set(question.index + i, point));
  }

  /** Trials have ended since: what is not used by now is worked out again, in their knowledge. */
  forget(): void {
    this.answers.clear();
  }
}

function asBroken(error: unknown): never {
  if (isCancellation(error) || !(error instanceof ActivityFailure)) throw error;
  throw ApplicationFailure.nonRetryable(`the sampler is broken: ${error.cause?.message}`, FAILURES.stageBroken);
}
