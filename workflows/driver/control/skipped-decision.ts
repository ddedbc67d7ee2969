import type { Decision, Stage, StageContext } from '../../stages/stage';

/** The answer of a stage that somebody skipped: the study goes on as it stood. */
export function skippedDecision(stage: Stage, { stageId, incumbent, trials }: StageContext<unknown>): Decision {
  const ended = trials.filter(({ result }) => result !== undefined).length;
  const when = trials.length === 0 ? 'before it began' : `when ${ended} of its ${trials.length} trials had ended`;
  return {
    stage: stage.name,
    stageId,
    hparams: incumbent,
    because: `the study stays as it stood: the stage was skipped ${when}`,
    confidence: 'low',
    evidence: {
      trialIds: trials.map(({ spec }) => spec.trialId),
      plots: [],
      tables: [],
      warnings: ['the stage was skipped: its question has no answer'],
    },
    alternatives: [],
  };
}
