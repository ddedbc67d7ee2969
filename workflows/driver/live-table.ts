import type { StudyProgress } from '../words/progress';

/** The latest are what people look for. */
const CHANGES_SHOWN = 5;

/** A study's state as a Markdown table, for the Temporal UI. */
export function liveTable(progress: StudyProgress): string {
  const rows = progress.stages.map((stage) => {
    const answer =
      stage.decision?.because ??
      (stage.status === 'waiting'
        ? `approve with: stepwell approve ${progress.studyId}`
        : stage.status === 'running'
          ? `${stage.trialsEnded ?? 0} of at most ${stage.trialsPlanned} trials ended`
          : '');
    return `| ${stage.stageId} | ${stage.status} | ${answer.replaceAll('|', '\\|')} |`;
  });
  const asked = progress.changes
    .slice(-CHANGES_SHOWN)
    .map(
      ({ what, detail, at, by }) => `- ${at.slice(0, 16)}Z ${what}${by === undefined ? '' : ` by ${by}`}: ${detail}`,
    );
  const spent = `${progress.trials} trials, ${Math.round(progress.deviceSeconds)} device seconds, ${progress.recoveries.count} recoveries`;
  return [
    `**${progress.studyId}**: ${progress.status}; ${spent}`,
    '',
    '| stage | status | answer |',
    '|---|---|---|',
    ...rows,
    ...(asked.length > 0 ? ['', ...asked] : []),
  ].join('\n');
}
