/**
 * A study's plan: the stages asked and answered as the driver does it, on made-up outcomes, with no trainer and no
 * clock.
 *
 * @module
 */
import { chanceLossOf } from '../tasks';
import { heldAfter, hparamsOfModel, numericHParam } from '../trials/hparams';
import { trainingOf } from '../trials/trial-training';
import { deriveSeed } from '../search/random';
import type { ResolvedStudy, StageUse } from '../words/study';
import { costOfSegment, isFirstSegment } from '../trials/segments';
import type { HParams, Trial, TrialSpec } from '../words/trial';
import { decideOnLess } from '../stages/decide-on-less';
import { STAGES } from '../stages';
import { atLongest } from '../stages/longest';
import { stageInUse } from '../stages/stage-in-use';
import { plausibleOutcome } from '../stages/plausible-outcome';
import type { Decision, Stage, StageContext, StudyFacts } from '../stages/stage';
import { costOf } from '../stages/trials';
import { canSpend, suggestionWithin, trialsInTurn } from './loop';

/** Counts of a data set: what a plan needs to know of it. */
export type PlanFacts = Pick<
  StudyFacts,
  'trainExamples' | 'validationExamples' | 'testExamples' | 'folds' | 'classes' | 'targets'
>;

/** Trials with the steps and training examples that they take. */
export interface PlanCost {
  readonly trials: number;
  readonly steps: number;
  readonly examples: number;
}

export interface PlannedTrial {
  readonly trialId: string;
  readonly label: string;
  /** Of a segment of a training that paused: the segment before. */
  readonly continues?: string;
  /**
   * The hyperparameters in which it differs from the study at that point; those of later stages follow from made-up
   * answers.
   */
  readonly changes: HParams;
  readonly batchSize: number;
  readonly epochs: number;
  readonly steps: number;
  readonly examples: number;
}

export interface PlannedStage {
  readonly stage: string;
  readonly stageId: string;
  readonly question: string;
  /** Why `resolveStudy` put it in. */
  readonly inserted?: string;
  /** It begins only when somebody approves. */
  readonly gate?: 'approve';
  readonly trials: readonly PlannedTrial[];
  /** The most that it can take, whatever the outcomes. */
  readonly atMost: PlanCost;
}

export interface StudyPlan {
  readonly stages: readonly PlannedStage[];
  /** If all goes as the textbooks say. */
  readonly expected: PlanCost;
  readonly atMost: PlanCost;
}

/** What a plan is made from: a study without its data set. */
export type PlannableStudy = Omit<ResolvedStudy, 'dataset'>;

/**
 * Every trial that would run if the network behaved as the textbooks say, and the most that each stage can take.
 *
 * Which trials run later depends on how earlier ones end, so that the list is an example and only `atMost` a promise.
 * The budget's number of trials is kept to; its minutes are not, since nobody knows yet how long a step takes.
 */
export function planStudy(study: PlannableStudy, facts: PlanFacts): StudyPlan {
  const whole: StudyFacts = {
    ...facts,
    chanceLoss: chanceLossOf({ ...facts, ...(study.task && { task: study.task }) }),
    ...(study.task && { task: study.task }),
    training: study.training,
    objective: study.objective,
    reproducible: study.reproducible,
    modelHparams: hparamsOfModel(study.model),
  };
  const decisions: Decision[] = [];
  const stages: PlannedStage[] = [];
  for (const use of study.stages) {
    const incumbent = heldAfter(study.training.hparams, decisions);
    const used = total(stages.map(({ trials }) => sumOf(trials))).trials;
    const remaining = remainingTrials(study, use, whole, incumbent) - used;
    const { planned, decision } = planStage({ study, use, facts: whole, incumbent, decisions, remaining });
    stages.push(planned);
    decisions.push(decision);
  }
  return {
    stages,
    expected: total(stages.map(({ trials }) => sumOf(trials))),
    atMost: total(stages.map(({ atMost }) => atMost)),
  };
}

interface StageInput {
  readonly study: PlannableStudy;
  readonly use: StageUse;
  readonly facts: StudyFacts;
  readonly incumbent: HParams;
  readonly decisions: readonly Decision[];
  /** Trials that the stage may use; Infinity without a limit. */
  readonly remaining: number;
}

/** @throws RangeError for a name that is not a stage. */
function stageNamed(name: string): Stage {
  const stage = STAGES[name];
  if (stage === undefined) throw new RangeError(`stage must be one of ${Object.keys(STAGES).join(', ')}, got ${name}`);
  return stage;
}

function contextOf(
  { study, use, facts, incumbent, decisions, remaining }: StageInput,
  trials: readonly Trial[],
): StageContext<unknown> {
  return {
    stageId: use.stageId,
    options: use.options,
    incumbent,
    trials,
    seed: deriveSeed(study.seed, use.stageId),
    facts: { ...facts, training: trainingOf(facts.training, incumbent) },
    decisions: [...decisions],
    remaining: { deviceSeconds: Infinity, trials: remaining - trials.filter(isFirstSegment).length },
  };
}

function planStage(input: StageInput): { readonly planned: PlannedStage; readonly decision: Decision } {
  const { use } = input;
  const named = stageNamed(use.stage);
  const stage = stageInUse(STAGES, use) ?? named;
  const trials = simulateStage(stage, input);
  const planned: PlannedStage = {
    stage: use.stage,
    stageId: use.stageId,
    question: stage.question,
    ...(use.inserted !== undefined && { inserted: use.inserted }),
    ...(use.gate !== undefined && { gate: use.gate }),
    trials: trials.map((trial) => plannedTrial(input, trials, trial)),
    // Whether it has anything to do hangs on answers that are made up here.
    atMost: named.estimate(contextOf(longestOf(input), [])),
  };
  return { planned, decision: decisionOf(stage, input, trials) };
}

/** The stage after the longest training that those before it may decide on. */
function longestOf(input: StageInput): StageInput {
  const { study, use, incumbent } = input;
  return { ...input, incumbent: atLongest(incumbent, study.stages.slice(0, study.stages.indexOf(use))) };
}

/**
 * As the driver does it; the trial that needs least time ends first. What goes on after a pause is no further trial.
 */
function simulateStage(stage: Stage, input: StageInput): readonly Trial[] {
  const { study, facts } = input;
  const asked = { suggest: (trials: readonly Trial[]) => suggestionWithin(stage, contextOf(input, trials)) };
  const loop = trialsInTurn(asked, { parallelTrials: study.budget.parallelTrials });
  const ends = new Map<number, number>();
  let now = 0;
  let turn = loop.next();
  while (turn.done !== true) {
    const { trials, running } = turn.value;
    for (const index of running) {
      const { spec } = trials[index]!;
      if (!ends.has(index))
        ends.set(index, now + costOfSegment(trials, { spec, result: resultOf(spec, facts) }).deviceSeconds);
    }
    const index = running.reduce((first, other) => (ends.get(other)! < ends.get(first)! ? other : first));
    now = ends.get(index)!;
    turn = loop.next({ index, result: resultOf(trials[index]!.spec, facts) });
  }
  return turn.value;
}

function resultOf(spec: TrialSpec, facts: StudyFacts): NonNullable<Trial['result']> {
  return {
    trialId: spec.trialId,
    hash: '',
    outcome: plausibleOutcome(spec, facts),
    weights: null,
    model: null,
    receipts: [],
    reused: false,
    worker: 'plan',
    engine: 'plan',
  };
}

function decisionOf(stage: Stage, input: StageInput, trials: readonly Trial[]): Decision {
  const context = contextOf(input, trials);
  return canSpend(stage, context.remaining) ? stage.decide(context) : decideOnLess(stage, context);
}

function plannedTrial(input: StageInput, trials: readonly Trial[], trial: Trial): PlannedTrial {
  const {
    spec,
    spec: { trialId, label, hparams, continues },
  } = trial;
  const isSegment = continues !== undefined || trial.result?.outcome.status === 'paused';
  const cost = isSegment
    ? costOfPart(numericHParam(hparams, 'batchSize'), costOfSegment(trials, trial).examples)
    : costOf(contextOf(input, []), spec);
  const changes = Object.fromEntries(
    Object.entries(hparams).filter(([name, value]) => input.incumbent[name] !== value),
  );
  return {
    trialId,
    label,
    ...(continues !== undefined && { continues }),
    changes,
    batchSize: numericHParam(hparams, 'batchSize'),
    epochs: cost.examples / input.facts.trainExamples,
    ...cost,
  };
}

function costOfPart(batchSize: number, examples: number): Omit<PlanCost, 'trials'> {
  return { steps: Math.round(examples / batchSize), examples };
}

/** Trials that the study's budget leaves to a stage, with those of later stages that must run taken off. */
function remainingTrials(study: PlannableStudy, use: StageUse, facts: StudyFacts, incumbent: HParams): number {
  const { maxTrials } = study.budget;
  if (maxTrials === null) return Infinity;
  const later = study.stages
    .slice(study.stages.indexOf(use) + 1)
    .filter(({ stage }) => stageNamed(stage).mustRun === true);
  const reserved = later.map(
    (other) =>
      stageNamed(other.stage).estimate(
        contextOf({ study, use: other, facts, incumbent, decisions: [], remaining: Infinity }, []),
      ).trials,
  );
  return maxTrials - reserved.reduce((sum, trials) => sum + trials, 0);
}

/** What trials take together; the segments of one training are one trial. */
export function sumOf(trials: readonly PlannedTrial[]): PlanCost {
  return total(
    trials.map(({ continues, steps, examples }) => ({ trials: continues === undefined ? 1 : 0, steps, examples })),
  );
}

function total(costs: readonly PlanCost[]): PlanCost {
  return costs.reduce(
    (sum, cost) => ({
      trials: sum.trials + cost.trials,
      steps: sum.steps + cost.steps,
      examples: sum.examples + cost.examples,
    }),
    { trials: 0, steps: 0, examples: 0 },
  );
}
