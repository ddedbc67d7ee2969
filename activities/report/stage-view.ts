import type { StageProgress, StudyRecord, TrialSummary } from '../../workflows/words/progress';
import { trainingsIn } from '../../workflows/trials/segments';
import type { Decision } from '../../workflows/stages/stage';
import { replacementOf } from '../wording/superseded';
import type { HParams } from '../../workflows/words/trial';

export interface ReportInput {
  readonly record: StudyRecord;
  /** Decisions with their whole evidence, as the store keeps them; the record's own have neither plots nor tables. */
  readonly decisions: readonly { readonly decision: Decision; readonly trials: readonly TrialSummary[] }[];
  /** What precedes a key in an object's address, e.g. `s3://stepwell/v1/`. */
  readonly storeUri: string;
}

/** A stage as the report shows it. */
export interface StageView {
  readonly progress: StageProgress;
  readonly number: number;
  /** Target of links to its section. */
  readonly anchor: string;
  /** What the study held when the stage began. */
  readonly incumbent: HParams;
  readonly decision: Decision | undefined;
  /** The later decision that took the place of this one's answer. */
  readonly replacement: Decision | undefined;
  readonly trials: readonly TrialSummary[];
  /** Segments of one training are one trial. */
  readonly trialCount: number;
  readonly deviceSeconds: number;
  /** Whether there is anything to show of it. */
  readonly begun: boolean;
}

/** The stages in the order of the study, each with its decision, its trials, and the hyperparameters it began with. */
export function stageViews({ record, decisions }: ReportInput): readonly StageView[] {
  let incumbent = record.study.training.hparams;
  const answers = [...decisions, ...record.progress.stages].map(({ decision }) => decision);
  return record.progress.stages.map((progress, i) => {
    const kept = decisions.find(({ decision }) => decision.stageId === progress.stageId);
    const decision = kept?.decision ?? progress.decision;
    const trials = kept?.trials ?? progress.trials;
    const deviceSeconds = trials.reduce((sum, trial) => sum + (trial.reused ? 0 : trial.deviceSeconds), 0);
    const view = {
      progress,
      number: i + 1,
      anchor: `stage-${i + 1}`,
      incumbent,
      decision,
      replacement: replacementOf(progress.stageId, answers),
      trials,
      trialCount: trainingsIn(trials),
      deviceSeconds,
      begun: decision !== undefined || trials.length > 0,
    };
    incumbent = decision?.hparams ?? incumbent;
    return view;
  });
}

/** Names whose value differs from the base, in alphabetical order. */
export function changedNames(base: HParams, hparams: HParams): readonly string[] {
  return [...new Set([...Object.keys(base), ...Object.keys(hparams)])]
    .filter((name) => base[name] !== hparams[name])
    .sort();
}
