/**
 * Everything a study says of itself, for people.
 *
 * @module
 */
import { statusText } from '../activities/wording/endings';
import { handoverText } from '../activities/wording/handovers';
import { counted, formatElapsed, formatPlain } from '../activities/wording/numbers';
import { replacementIn } from '../activities/wording/superseded';
import type { Decision } from '../workflows/stages/stage';
import type { StageProgress, StudyProgress, TrialSummary } from '../workflows/words/progress';
import { changeText, hparamsText, receiptText } from './format';
import { columns } from './output';
import { waitsFor } from './progress/view';

/** Statuses of a study that has not ended. */
const OPEN: readonly string[] = ['resolving', 'running', 'paused', 'waiting'];

/**
 * Decisions, a table of the trials of every stage, and recoveries.
 * @param status The server's, where the study's own is not the last word.
 */
export function showText(
  { studyId, stages, trials, deviceSeconds, recoveries: { count }, receipts, changes, handovers = [] }: StudyProgress,
  status: string,
): string {
  const recoveries = receipts.map((receipt) => `  ${receipt.trialId} on ${receipt.worker}: ${receiptText(receipt)}`);
  return [
    `study ${studyId} is ${status}; ${counted(trials, 'trial')}, ${formatElapsed(deviceSeconds)} of device time`,
    ...notesOf({ studyId, stages, status }),
    ...handovers.map(handoverText),
    ...stages.map((stage) => stageText(stage, OPEN.includes(status), replacementIn(stages, stage.stageId))),
    ...(changes.length === 0
      ? []
      : [
          `changes\n${changes.map((change) => `  ${change.at.slice(0, 19).replace('T', ' ')} UTC  ${changeText(change)}`).join('\n')}`,
        ]),
    ...(recoveries.length === 0
      ? []
      : [
          `recoveries${count > receipts.length ? `, the last ${receipts.length} of ${count}` : ''}\n${recoveries.join('\n')}`,
        ]),
  ].join('\n\n');
}

/** What a study that does not go on by itself waits for. */
function notesOf({
  studyId,
  stages,
  status,
}: Pick<StudyProgress, 'studyId' | 'stages'> & { readonly status: string }): readonly string[] {
  const note = OPEN.includes(status) ? waitsFor(studyId, status, stages) : undefined;
  return note === undefined ? [] : [note];
}

/** In a study that has ended, what was running is unfinished. */
function stageText(
  { stageId, question, status, inserted, trials, trialsLeftOut, decision }: StageProgress,
  studyRuns: boolean,
  replacement: Decision | undefined,
): string {
  const state =
    status === 'decided' || studyRuns ? STAGE_WORDS[status] : status === 'running' ? 'unfinished' : 'not begun';
  const lines = [`${stageId}: ${question}; ${state}${inserted === undefined ? '' : ` (put in: ${inserted})`}`];
  if (decision !== undefined) {
    lines.push(
      decision.hadNothingToDo === true
        ? `  ${decision.because}`
        : `  decided: ${decision.because} (confidence: ${decision.confidence})`,
      `  goes on with: ${hparamsText(decision.hparams)}`,
    );
    if (replacement !== undefined) lines.push(`  replaced by ${replacement.stageId}: ${replacement.because}`);
    for (const warning of decision.evidence.warnings) lines.push(`  warning: ${warning}`);
  }
  if (trials.length > 0)
    lines.push(
      columns([
        ['  trial', 'status', 'score', 'device time', 'label'],
        ...trials.map((trial) => trialRow(trial, studyRuns)),
      ]),
    );
  if (trialsLeftOut !== undefined)
    lines.push(
      `  these are the newest and the best; ${counted(trialsLeftOut, 'more trial')} can be had with: stepwell export`,
    );
  return lines.join('\n');
}

const STAGE_WORDS: Readonly<Record<StageProgress['status'], string>> = {
  pending: 'pending',
  waiting: 'waits for approval',
  running: 'running',
  decided: 'decided',
};

function trialRow(trial: TrialSummary, studyRuns: boolean): readonly string[] {
  const { trialId, status, score, deviceSeconds, reused, label } = trial;
  return [
    `  ${trialId}`,
    status === 'running' && !studyRuns ? 'unfinished' : statusText(trial, 'terminal', formatPlain),
    score === null ? '-' : formatPlain(score),
    reused ? 'reused' : formatElapsed(deviceSeconds),
    label,
  ];
}
