/**
 * Whether a trial may start: one that cannot end within what is left of its stage's time is not begun.
 *
 * @module
 */
import { numericHParam } from '../../trials/hparams';
import { measurementOf } from '../../trials/outcome';
import { STAGES } from '../../stages';
import { formatSeconds } from '../../stages/format';
import type { StageUse } from '../../words/study';
import type { StudyState } from '../state';
import { stepsOf } from '../../trials/length';
import type { Trial, TrialSpec } from '../../words/trial';
import { remainingBudget, secondsPerExample } from './remaining-budget';

/**
 * A trial may take this much longer than the ones before it did for as many examples: on a shared machine the same one
 * often does.
 */
const MARGIN = 1.2;

/** Device seconds that a trial needs, and those that are left to it. */
interface Need {
  readonly seconds: number;
  readonly left: number;
}

/**
 * Whether a trial can end within its stage's time, with those that run.
 *
 * Always, where nothing limits the time, the stage must run, or nothing was measured yet that a prediction could rest
 * on.
 */
export function isAdmitted(state: StudyState, use: StageUse, spec: TrialSpec): boolean {
  const need = needOf(state, use, spec);
  return need === undefined || need.seconds <= need.left;
}

/** What a decision says of a stage that the budget ended. @param spec The trial that it would have run next. */
export function cutWarning(state: StudyState, use: StageUse, spec: TrialSpec): string {
  const need = needOf(state, use, spec);
  const cut = 'the budget ran out in this stage: the answer rests on fewer trials than planned';
  if (need === undefined || need.seconds <= need.left) return cut;
  return `${cut}; the next (${spec.label}) needs about ${formatSeconds(need.seconds)} of device time, of which the stage has ${formatSeconds(Math.max(0, need.left))} left`;
}

function needOf(state: StudyState, use: StageUse, spec: TrialSpec): Need | undefined {
  if (state.resolved.budget.deviceMinutes === null || STAGES[use.stage]?.mustRun === true) return undefined;
  const trials = state.startedTrials(use);
  const rate = rateOf(trials) ?? secondsPerExample(state);
  if (rate === undefined) return undefined;
  const running = trials.filter(({ result }) => result === undefined);
  const examples = [...running.map((trial) => trial.spec), spec].reduce(
    (sum, one) => sum + examplesOf(state, trials, one),
    0,
  );
  return { seconds: examples * rate * MARGIN, left: remainingBudget(state).deviceSeconds };
}

/** Seconds per example of a stage's own trials, which are the most alike. */
function rateOf(trials: readonly Trial[]): number | undefined {
  let [seconds, examples] = [0, 0];
  for (const { result } of trials) {
    const measurement = measurementOf(result?.outcome);
    seconds += measurement?.deviceSeconds ?? 0;
    examples += measurement?.examples ?? 0;
  }
  return examples === 0 || seconds === 0 ? undefined : seconds / examples;
}

/** Examples that a trial will train with: up to its pause, and without those of the trial that it continues. */
function examplesOf(
  { facts: { trainExamples } }: StudyState,
  trials: readonly Trial[],
  { hparams, limit, pauseAfterEpochs, continues }: TrialSpec,
): number {
  const batchSize = numericHParam(hparams, 'batchSize');
  const whole = stepsOf(limit, trainExamples, batchSize) * batchSize;
  const upTo = pauseAfterEpochs === undefined ? whole : Math.min(whole, pauseAfterEpochs * trainExamples);
  const before =
    continues === undefined ? undefined : trials.find(({ spec }) => spec.trialId === continues)?.result?.outcome;
  return Math.max(0, upTo - (measurementOf(before)?.examples ?? 0));
}
