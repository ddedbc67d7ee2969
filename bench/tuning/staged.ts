/**
 * The staged study as the workflow drives it, one trial at a time.
 *
 * @module
 */
import { stageContext } from '../../workflows/driver/stage-context';
import { trialsInTurn } from '../../workflows/planning/loop';
import { STAGES } from '../../workflows/stages';
import { StageInconclusive } from '../../workflows/stages/stage';
import type { Decision, Stage } from '../../workflows/stages/stage';
import { stageInUse } from '../../workflows/stages/stage-in-use';
import type { StageUse } from '../../workflows/words/study';
import { StudyState } from '../../workflows/driver/state';
import type { HParams } from '../../workflows/words/trial';
import type { Contest } from './contest';

/** What a tuner would answer if it were stopped here. */
export interface Answer {
  readonly deviceSeconds: number;
  readonly hparams: HParams;
}

interface Observer {
  onTrial?(state: StudyState, stage: Stage, use: StageUse): void;
  onDecision?(state: StudyState, decision: Decision): void;
}

/**
 * An answer after every trial from which its stage has one, as where a budget ends. Where the study stands before the
 * first is nobody's answer, good as it may be.
 */
export async function tuneInStages(contest: Pick<Contest, 'study' | 'run'>): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  await drive(contest, {
    onTrial(state, stage, use) {
      try {
        answers.push({
          deviceSeconds: state.deviceSeconds,
          hparams: stage.decide(stageContext(state, use, state.startedTrials(use))).hparams,
        });
      } catch (error) {
        if (!(error instanceof StageInconclusive)) throw error;
      }
    },
  });
  return answers;
}

/**
 * The decision of every stage, and the device seconds up to it.
 * @throws StageInconclusive where a stage has no answer.
 */
export async function decisionsOf(
  contest: Pick<Contest, 'study' | 'run'>,
): Promise<readonly { readonly deviceSeconds: number; readonly decision: Decision }[]> {
  const decisions: { readonly deviceSeconds: number; readonly decision: Decision }[] = [];
  await drive(contest, { onDecision: ({ deviceSeconds }, decision) => decisions.push({ deviceSeconds, decision }) });
  return decisions;
}

async function drive(contest: Pick<Contest, 'study' | 'run'>, { onTrial, onDecision }: Observer): Promise<void> {
  let state = StudyState.of('bench', { studyRun: 'bench' }).begun(contest.study);
  for (let use = state.nextStage(); use !== undefined; use = state.nextStage()) {
    const stage = stageInUse(STAGES, use);
    if (stage === undefined) throw new Error(`there is no stage ${use.stage}`);
    const loop = trialsInTurn(
      { suggest: () => stage.suggest(stageContext(state, use, state.startedTrials(use))) },
      { parallelTrials: 1 },
    );
    for (let turn = loop.next(); turn.done !== true;) {
      const [index] = turn.value.running as readonly [number];
      const { spec } = turn.value.trials[index]!;
      state = state.started(use, { spec });
      const result = await contest.run(spec);
      state = state.ended(use, index, { spec, result });
      onTrial?.(state, stage, use);
      turn = loop.next({ index, result });
    }
    const decision = stage.decide(stageContext(state, use, state.startedTrials(use)));
    state = state.decided(use, decision);
    onDecision?.(state, decision);
  }
}
