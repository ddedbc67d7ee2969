/**
 * The staged study as the workflow drives it, one trial at a time.
 *
 * @module
 */
import { stageContext } from '../../workflows/stage-context';
import { STAGES } from '../../workflows/stages';
import type { Decision } from '../../workflows/stages/stage';
import { StudyState } from '../../workflows/study-state';
import type { HParams } from '../../workflows/trial';
import type { Contest } from './contest';

/** What a tuner would answer if it were stopped here. */
export interface Answer {
  readonly deviceSeconds: number;
  readonly hparams: HParams;
}

/** Answers after every stage. Where the study stands before the first one is nobody's answer, good as it may be. */
export async function tuneInStages(contest: Pick<Contest, 'study' | 'run'>): Promise<readonly Answer[]> {
  return (await decisionsOf(contest)).map(({ deviceSeconds, decision: { hparams } }) => ({ deviceSeconds, hparams }));
}

/** The decision of every stage, and the device seconds up to it. @throws StageInconclusive where a stage has no answer. */
export async function decisionsOf(contest: Pick<Contest, 'study' | 'run'>): Promise<readonly { readonly deviceSeconds: number; readonly decision: Decision }[]> {
  const state = new StudyState('bench', '', { studyRun: 'bench' });
  state.start(contest.study);
  const decisions: { readonly deviceSeconds: number; readonly decision: Decision }[] = [];
  for (let use = state.nextStage(); use !== undefined; use = state.nextStage()) {
    const stage = STAGES[use.stage];
    if (stage === undefined) throw new Error(`there is no stage ${use.stage}`);
    for (;;) {
      const spec = stage.suggest(stageContext(state, use, state.startedTrials(use)));
      if (spec === undefined) break;
      const index = state.startedTrials(use).length;
      state.started(use, { spec });
      state.ended(use, index, { spec, result: await contest.run(spec) });
    }
    const decision = stage.decide(stageContext(state, use, state.startedTrials(use)));
    state.decide(use, decision);
    decisions.push({ deviceSeconds: state.deviceSeconds, decision });
  }
  return decisions;
}
