import { ranked } from '../../analysis/ranking';
import { scoreOf } from '../../analysis/score';
import type { TrialSummary } from '../../words/progress';
import { measurementOf, rampEnd } from '../../trials/outcome';
import { costOfSegment } from '../../trials/segments';
import type { Objective } from '../../words/study';
import type { Trial } from '../../words/trial';

/** What reports and watchers are told of a trial. @param trials Those that it may continue. */
export function summarize(stageId: string, trials: readonly Trial[], trial: Trial, objective: Objective): TrialSummary {
  const {
    spec: { trialId, label, hparams, continues },
    result,
  } = trial;
  const measured = measurementOf(result?.outcome);
  const brokeDownAt = rampEnd(trial);
  return {
    trialId,
    stageId,
    label,
    hparams,
    ...(continues !== undefined && { continues }),
    status: result?.outcome.status ?? 'running',
    ...(result?.outcome.status === 'invalid' && { reason: result.outcome.reason }),
    ...(brokeDownAt !== undefined && { brokeDownAt }),
    score: scoreOf(trial, objective),
    ...(measured !== undefined && { epochs: measured.epochs, parameters: measured.parameters }),
    deviceSeconds: costOfSegment(trials, trial).deviceSeconds,
    reused: result?.reused ?? false,
    hash: result === undefined || result.hash === '' ? null : result.hash,
  };
}

/** Of a stage with more trials than this, watchers see some, and a count of the others. */
const SHOWN_MAX = 200;
const NEWEST_SHOWN = 100;
const BEST_SHOWN = 20;

/**
 * Those of many trials that a watcher wants to see, in the order of their start: the running, the newest and the best.
 */
export function shownOf<Shown extends Pick<TrialSummary, 'status' | 'score'>>(
  trials: readonly Shown[],
  objective: Pick<Objective, 'direction'>,
): readonly Shown[] {
  if (trials.length <= SHOWN_MAX) return trials;
  const best = ranked(
    trials.filter(({ score }) => score !== null),
    objective,
  ).slice(0, BEST_SHOWN);
  const shown = new Set([
    ...best,
    ...trials.slice(-NEWEST_SHOWN),
    ...trials.filter(({ status }) => status === 'running'),
  ]);
  return trials.filter((trial) => shown.has(trial));
}
