/**
 * Progress as plain lines, for logs and pipes: one line for each thing that happened.
 *
 * @module
 */
import { statusText } from '../../activities/wording/endings';
import { handoverText } from '../../activities/wording/handovers';
import { counted, formatElapsed, formatPlain } from '../../activities/wording/numbers';
import type { StageProgress, StudyProgress, TrialSummary } from '../../workflows/words/progress';
import { changeText, receiptText } from '../format';
import { endedTrials, noticesOf, retriesOf } from './view';
import type { StudyView } from './view';

/** What to say of a study that was `previous` and is `next`. */
export function linesBetween(previous: StudyView | undefined, next: StudyView): readonly string[] {
  const known = new Set(
    previous === undefined ? [] : [...noticesOf(previous), ...retriesOf(previous)].map(withoutAttempt),
  );
  const notices = [...noticesOf(next), ...retriesOf(next)].filter((notice) => !known.has(withoutAttempt(notice)));
  const back = previous?.lost !== undefined && next.lost === undefined ? ['the Temporal server answers again'] : [];
  return [...back, ...progressLines(previous?.observation.progress, next.observation.progress), ...notices];
}

/** A notice is said once, not at every further attempt. */
function withoutAttempt(notice: string): string {
  return notice.replace(/\(attempt \d+\)/, '');
}

function progressLines(previous: StudyProgress | undefined, next: StudyProgress | undefined): readonly string[] {
  if (next === undefined) return [];
  const further = next.recoveries.count - (previous?.recoveries.count ?? 0);
  const receipts = next.receipts
    .slice(Math.max(0, next.receipts.length - further))
    .map((receipt) => `${receipt.trialId} recovered: ${receiptText(receipt)}`);
  const stages = next.stages.flatMap((stage) =>
    stageLines(
      previous?.stages.find(({ stageId }) => stageId === stage.stageId),
      stage,
    ),
  );
  const changes = next.changes.slice(previous?.changes.length ?? 0).map(changeText);
  const handovers = (next.handovers ?? []).slice(previous?.handovers?.length ?? 0).map(handoverText);
  return [...changes, ...receipts, ...handovers, ...stages];
}

function stageLines(previous: StageProgress | undefined, next: StageProgress): readonly string[] {
  const lines: string[] = [];
  const isIdle = next.decision?.hadNothingToDo === true;
  if (hasBegun(next) && !hasBegun(previous) && !isIdle) lines.push(beginning(next));
  const known = new Set(previous === undefined ? [] : endedTrials(previous).map(({ trialId }) => trialId));
  for (const trial of endedTrials(next)) if (!known.has(trial.trialId)) lines.push(trialLine(trial));
  if (next.decision !== undefined && previous?.decision === undefined) {
    lines.push(`${next.stageId}${isIdle ? '' : ' decided'}: ${next.decision.because}`);
    for (const older of next.decision.supersedes ?? []) lines.push(`${next.stageId} replaces the answer of ${older}`);
    for (const warning of next.decision.evidence.warnings) lines.push(`${next.stageId} warns: ${warning}`);
  }
  return lines;
}

function hasBegun(stage: StageProgress | undefined): boolean {
  return stage !== undefined && (stage.status === 'running' || stage.status === 'decided');
}

function beginning({ stageId, question, trialsPlanned, inserted, status }: StageProgress): string {
  const limit = status === 'decided' ? '' : `; at most ${counted(trialsPlanned, 'trial')}`;
  return `${stageId} begins: ${question}${limit}${inserted === undefined ? '' : ` (put in: ${inserted})`}`;
}

/** One trial that ended, e.g. `lr-range-test/001 completed, score 0.31, 12 s (seed 1 of 3)`. */
function trialLine(trial: TrialSummary): string {
  const { trialId, label, score, deviceSeconds, reused } = trial;
  const scored = score === null ? '' : `, score ${formatPlain(score)}`;
  return `${trialId} ${statusText(trial, 'terminal', formatPlain)}${scored}, ${reused ? 'reused from an earlier study' : formatElapsed(deviceSeconds)} (${label})`;
}
