/**
 * Everything a study says of itself, for people.
 *
 * @module
 */
import type { StageProgress, StudyProgress, TrialSummary } from '../workflows/contract';
import { count, duration, hparamsText, number, receiptText } from './format';
import { columns } from './output';
import { STATUS_WORDS } from './progress/lines';

/** Decisions, a table of the trials of every stage, and recoveries. @param status The server's, where the study's own is not the last word. */
export function showText({ studyId, stages, trials, deviceSeconds, receipts }: StudyProgress, status: string): string {
  const recoveries = receipts.map((receipt) => `  ${receipt.trialId} on ${receipt.worker}: ${receiptText(receipt)}`);
  return [
    `study ${studyId} is ${status}; ${count(trials, 'trial')}, ${duration(deviceSeconds)} of device time`,
    ...stages.map((stage) => stageText(stage, status === 'running' || status === 'resolving')),
    ...(recoveries.length === 0 ? [] : [`recoveries\n${recoveries.join('\n')}`]),
  ].join('\n\n');
}

/** In a study that has ended, what was running is unfinished. */
function stageText({ stageId, question, status, inserted, trials, decision }: StageProgress, studyRuns: boolean): string {
  const state = status === 'decided' || studyRuns ? status : status === 'running' ? 'unfinished' : 'not begun';
  const lines = [`${stageId}: ${question}; ${state}${inserted === undefined ? '' : ` (put in: ${inserted})`}`];
  if (decision !== undefined) {
    lines.push(`  decided: ${decision.because} (confidence: ${decision.confidence})`, `  goes on with: ${hparamsText(decision.hparams)}`);
    for (const warning of decision.evidence.warnings) lines.push(`  warning: ${warning}`);
  }
  if (trials.length > 0) lines.push(columns([['  trial', 'status', 'score', 'device time', 'label'], ...trials.map((trial) => trialRow(trial, studyRuns))]));
  return lines.join('\n');
}

function trialRow({ trialId, status, score, deviceSeconds, reused, label }: TrialSummary, studyRuns: boolean): readonly string[] {
  return [`  ${trialId}`, status === 'running' && !studyRuns ? 'unfinished' : STATUS_WORDS[status], score === null ? '-' : number(score), reused ? 'reused' : duration(deviceSeconds), label];
}
