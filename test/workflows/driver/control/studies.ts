import { parseStudy, resolveParsed } from '../../../../workflows/spec';
import type { StudyInput } from '../../../../workflows/spec';
import { StudyState } from '../../../../workflows/driver/state';
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
  split: { seed: 7, trainExamples: 400, validationExamples: 100, testExamples: 100, testFrom: 'test' },
};

/** A study before its data set is packed. */
export function unresolvedStudy(): StudyState {
  return new StudyState('digits', '', { studyRun: 'run' });
}

/** A study of five stages, before its first trial. */
export function freshStudy(changes: Partial<StudyInput> = {}): StudyState {
  const state = unresolvedStudy();
  const parsed = parseStudy(fiveStages({ name: 'digits', ...changes }));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  state.start(resolveParsed(parsed.study, DATASET));
  return state;
}

/** Decides the next stages as if nothing had been tried, up to the one named. */
export function decideUpTo(state: StudyState, stageId: string): void {
  for (let use = state.nextStage(); use !== undefined && use.stageId !== stageId; use = state.nextStage()) {
    state.decide(use, {
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
export function runTrials(state: StudyState, count: number): void {
  const use = state.nextStage()!;
  for (let index = 0; index < count; index++) {
    const spec = STAGES[use.stage]!.suggest(stageContext(state, use, state.startedTrials(use)))!;
    state.started(use, { spec });
    if (index < count - 1)
      state.ended(use, state.startedTrials(use).length - 1, {
        spec,
        result: resultOf(spec, plausibleOutcome(spec, state.facts)),
      });
  }
}
