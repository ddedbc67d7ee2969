/**
 * A stage as a study uses it: asked nothing where its use says so, and marking what its answer replaces.
 *
 * @module
 */
import { ratioSpread } from '../analysis/statistics';
import { numericHParam } from '../trials/hparams';
import type { OnlyIfMoved, StageUse } from '../words/study';
import { formatNumber } from './format';
import type { Decision, Stage, StageContext } from './stage';

type Context = StageContext<unknown>;
type Stages = Readonly<Record<string, Stage>>;

/** The stage behind a use, with what that use adds to it; `undefined` for a name that is none of the stages. */
export function stageInUse(stages: Stages, { stage: name, onlyIfMoved }: StageUse): Stage | undefined {
  const stage = stages[name];
  if (stage === undefined) return undefined;
  const idle = (context: Context): Decision | undefined => answerThatHolds(stage, onlyIfMoved, context);
  return {
    ...stage,
    suggest: (context) => (idle(context) === undefined ? stage.suggest(context) : undefined),
    decide: (context) => idle(context) ?? marking(stages, stage.decide(context), context),
    estimate: (context) =>
      idle(context) === undefined ? stage.estimate(context) : { trials: 0, steps: 0, examples: 0 },
  };
}

/** The decision where the stage has nothing to do: it has answered before, and nothing has moved far since. */
function answerThatHolds(
  { name }: Stage,
  onlyIfMoved: OnlyIfMoved | undefined,
  { decisions, incumbent, stageId }: Context,
): Decision | undefined {
  const last = decisions.findLast(({ stage }) => stage === name);
  if (onlyIfMoved === undefined || last === undefined) return undefined;
  const names = Object.keys(onlyIfMoved) as readonly (keyof OnlyIfMoved)[];
  const moved = names.some((hparam) => {
    const [before, now] = [last.hparams, incumbent].map((hparams) => numericHParam(hparams, hparam));
    return ratioSpread([before!, now!]) > (onlyIfMoved[hparam] ?? Infinity);
  });
  // Batches that grow become other ones too.
  const grows = names.includes('batchSize') && last.hparams['batchGrowth'] !== incumbent['batchGrowth'];
  if (moved || grows) return undefined;
  const kept = names.map((hparam) => {
    const factor = onlyIfMoved[hparam] ?? 1;
    return `${hparam} has not moved${factor === 1 ? '' : ` by more than ${formatNumber(factor)} times`}`;
  });
  return {
    stage: name,
    stageId,
    hparams: incumbent,
    hadNothingToDo: true,
    because: `nothing to do: ${kept.join(' and ')} since ${last.stageId}, whose answer holds`,
    confidence: last.confidence,
    ...(last.doubts !== undefined && { doubts: last.doubts }),
    evidence: { trialIds: [], plots: [], tables: [], warnings: [] },
    alternatives: [],
  };
}

/** The decision with the ids of those that asked the same before and were answered otherwise. */
function marking(stages: Stages, decision: Decision, { decisions }: Context): Decision {
  const hparam = stages[decision.stage]?.decides;
  if (hparam === undefined) return decision;
  const marked = new Set(decisions.flatMap(({ supersedes = [] }) => supersedes));
  const supersedes = decisions
    .filter(({ stage, stageId }) => stages[stage]?.decides === hparam && !marked.has(stageId))
    .filter(({ hparams }) => hparams[hparam] !== decision.hparams[hparam])
    .map(({ stageId }) => stageId);
  return supersedes.length === 0 ? decision : { ...decision, supersedes };
}
