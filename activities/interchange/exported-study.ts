/**
 * What a study of ours left in the store, as trials to export or to import.
 *
 * @module
 */
import { z } from 'zod';
import { VALIDATION_METRICS } from '../../workflows/tasks';
import type { Space } from '../../workflows/search/space';
import type { StageProgress, TrialSummary } from '../../workflows/words/progress';
import { STAGES } from '../../workflows/stages';
import { spaceAround } from '../../workflows/stages/sweep/around';
import type { Objective, StageUse } from '../../workflows/words/study';
import { judged, withoutContinued } from './trial-end';
import { parseJson, textOf } from './text';
import { TrialsUnreadable } from './trial-row';
import type { ExportedStudy, ForeignTrials } from './trial-row';

const hparams = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));
const trial = z.object({
  trialId: z.string(),
  stageId: z.string(),
  label: z.string(),
  hparams,
  status: z.string(),
  score: z.number().nullable(),
  epochs: z.number().optional(),
  deviceSeconds: z.number(),
  reused: z.boolean(),
  hash: z.string().nullable(),
});

/** What of a study's record is used here. */
const recordSchema = z.object({
  studyId: z.string(),
  study: z.object({
    objective: z.object({ metric: z.enum(VALIDATION_METRICS), direction: z.enum(['minimize', 'maximize']) }),
    stages: z.array(z.object({ stage: z.string(), stageId: z.string(), options: z.unknown() })),
  }),
  progress: z.object({ stages: z.array(z.object({ stage: z.string(), stageId: z.string(), trials: z.array(trial) })) }),
});

/** A study with its trials, by what it answered itself. */
export function exportedStudy(
  studyId: string,
  {
    objective,
    stages: uses,
  }: { readonly objective: Objective; readonly stages: readonly Omit<StageUse, 'inserted' | 'gate' | 'onlyIfMoved'>[] },
  stages: readonly Pick<StageProgress, 'trials'>[],
): ExportedStudy {
  const trials = stages.flatMap((stage) => stage.trials);
  const sweeps = uses
    .filter(({ stage }) => STAGES[stage]?.isSearch === true)
    .map(({ stageId, options }) => ({
      stageId,
      space: searched(
        (options as { readonly space: Space }).space,
        trials.find((one) => one.stageId === stageId),
      ),
    }));
  return { studyId, objective, trials, sweeps };
}

/** A sweep's space in values: its first trial is the study as it stood. */
function searched(space: Space, first: Pick<TrialSummary, 'hparams'> | undefined): Space {
  return first === undefined ? space : spaceAround(space, first.hparams);
}

/** A study by its record, `study.json`. @throws TrialsUnreadable */
export function readStudyRecord(bytes: Uint8Array): ExportedStudy {
  const parsed = recordSchema.safeParse(parseJson(textOf(bytes), 'the record'));
  if (!parsed.success)
    throw new TrialsUnreadable('the record is not one of a study, or of a version that is not known');
  const { studyId, study, progress } = parsed.data;
  return exportedStudy(studyId, study, progress.stages as readonly { readonly trials: readonly TrialSummary[] }[]);
}

/** The trials of a record's sweeps. @throws TrialsUnreadable if it has none. */
export function trialsOfRecord(bytes: Uint8Array): ForeignTrials {
  const { studyId, trials, sweeps, objective } = readStudyRecord(bytes);
  if (sweeps.length === 0) throw new TrialsUnreadable(`study ${studyId} has no sweep to take trials from`);
  const ids = sweeps.map(({ stageId }) => stageId);
  const own = withoutContinued(
    trials.filter(({ stageId }) => ids.includes(stageId)),
    ({ trialId }) => trialId,
  );
  return {
    ...judged(
      own.map(({ hparams: values, score, status }) => ({ hparams: values, score: score ?? undefined, status })),
    ),
    direction: objective.direction,
    scoredBy: objective.metric,
  };
}
