import { parseStudy, resolveParsed } from '../../../../workflows/spec';
import type { StudyInput } from '../../../../workflows/spec';
import { StudyState } from '../../../../workflows/driver/state';
import type { LiveStudy } from '../../../../workflows/driver/state';
import type { PinnedDataset } from '../../../../workflows/words/study';
import { plausibleOutcome } from '../../../../workflows/stages/plausible-outcome';
import { STAGES } from '../../../../workflows/stages';
import { stageContext } from '../../../../workflows/driver/stage-context';
import { fiveStages } from '../../../support/scripted-files';
import { resultOf } from '../../../support/stages';

const DATASET: PinnedDataset = {
  sha256: 'd',
  manifest: { key: 'd', sha256: 'd', bytes: 1 },
  source: { format: 'idx', uri: 'made-up' },
  shape: [8, 8, 1],
  classes: 10,
  validationLabels: Array<number>(10).fill(10),
  split: { seed: 7, trainExamples: 400, validationExamples: 100, testExamples: 100, testFrom: 'test' },
};

/** A study before its data set is packed. */
export function unresolvedStudy(): LiveStudy {
  return { state: StudyState.of('digits', { studyRun: 'run' }) };
}

/** A study of five stages, before its first trial. */
export function freshStudy(changes: Partial<StudyInput> = {}): LiveStudy {
  const { state } = unresolvedStudy();
  const parsed = parseStudy(fiveStages({ name: 'digits', ...changes }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return { state: state.begun(resolveParsed(parsed.study, DATASET)) };
}

/** Decides the next stages as if nothing had been tried, up to the one named. */
export function decideUpTo(study: LiveStudy, stageId: string): void {
  for (;;) {
    const { state } = study;
    const use = state.nextStage();
    if (use === undefined || use.stageId === stageId) return;
    study.state = state.decided(use, {
      stage: use.stage,
      stageId: use.stageId,
      hparams: state.incumbent,
      because: 'made up',
      confidence: 'low',
      alternatives: [],
      evidence: { trialIds: [], plots: [], tables: [], warnings: [] },
    });
  }
}

/** Runs the next trials of the current stage, one at a time; the last is left running. */
export function runTrials(study: LiveStudy, count: number): void {
  const use = study.state.nextStage()!;
  for (let index = 0; index < count; index++) {
    const { state } = study;
    const spec = STAGES[use.stage]!.suggest(stageContext(state, use, state.startedTrials(use)))!;
    study.state = state.started(use, { spec });
    if (index < count - 1)
      study.state = study.state.ended(use, state.startedTrials(use).length, {
        spec,
        result: resultOf(spec, plausibleOutcome(spec, state.facts)),
      });
  }
}
