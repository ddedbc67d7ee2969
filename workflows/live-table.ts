import type { StudyProgress } from './contract';

/** A study's state as a Markdown table, for the Temporal UI. */
export function liveTable(progress: StudyProgress): string {
  const rows = progress.stages.map((stage) => {
    const ended = stage.trials.filter((trial) => trial.status !== 'running').length;
    const answer = stage.decision?.because ?? (stage.status === 'running' ? `${ended} of at most ${stage.trialsPlanned} trials ended` : '');
    return `| ${stage.stageId} | ${stage.status} | ${answer.replaceAll('|', '\\|')} |`;
  });
  const spent = `${progress.trials} trials, ${Math.round(progress.deviceSeconds)} device seconds, ${progress.receipts.length} recoveries`;
  return [`**${progress.studyId}**: ${progress.status}; ${spent}`, '', '| stage | status | answer |', '|---|---|---|', ...rows].join('\n');
}
